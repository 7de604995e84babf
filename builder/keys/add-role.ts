import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { brakePaths, brakeRole, channelPaths, channelRole } from '../../protocol/documents/trust.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { publicKeyOf } from '../../protocol/formats/keys/signature.ts';
import { parse, Word } from '../../protocol/schema/schema.ts';
import { writeDurably } from '../../system/files/durable.ts';
import { type KeysFolder, openKeysFolder } from '../keys-folder/keys-folder.ts';
import { signersOf } from '../metadata/document.ts';
import { keySigner } from '../metadata/signer.ts';
import type { Show } from '../request/describe/show-change.ts';
import { gathering, keepChange } from '../request/keep-change.ts';
import { delegateRole } from './delegate-to.ts';
import { generateKeys, keyFiles } from './generate.ts';

/** How the keys of a new role are made, and when. */
export interface AddOptions {
  /** Public keys of holders elsewhere, in place of keys made here. */
  publicKeys?: readonly KeyObject[] | undefined;
  threshold?: number | undefined;
  exportTo?: string | undefined;
  /** Called with what is signed, as text. */
  show?: Show | undefined;
  now?: Date;
}

/** Makes keys for one more channel, as many as the `releases` role has; the next publication takes it to the server. */
export async function addChannel(dir: string, channel: string, options: AddOptions = {}): Promise<void> {
  parse(Word, channel, `channel ${channel}`);
  const folder = await openKeysFolder(dir);
  const { keyIDs, threshold } = signersOf('releases', folder);
  const role = { name: channelRole(channel), paths: channelPaths(channel), count: keyIDs.length, threshold };
  return addRole(folder, role, options);
}

/** Makes the on-call role `brake-…` of a channel: one key, so that one person can act alone. */
export async function addBrake(dir: string, channel: string, options: AddOptions = {}): Promise<void> {
  const folder = await openKeysFolder(dir);
  if (!folder.roles[channelRole(channel)])
    throw new InterlockError('not_found', { what: `channel ${channel}` });
  const role = { name: brakeRole(channel), paths: brakePaths(channel), count: 1, threshold: 1 };
  return addRole(folder, role, options);
}

async function addRole(
  folder: KeysFolder,
  role: { name: string; paths: string[]; count: number; threshold: number },
  { publicKeys, threshold = role.threshold, exportTo, show, now = new Date() }: AddOptions,
): Promise<void> {
  const { name, paths, count } = role;
  const { dir } = folder;
  if (folder.roles[name]) throw new InterlockError('exists', { what: name });
  const made = publicKeys ? [] : (generateKeys([name], Math.max(count, threshold))[name] ?? []);
  const keys = publicKeys ?? made;
  const different = new Set(keys.map((key) => publicKeyOf(key).id)).size;
  if (different < threshold || different < keys.length) {
    throw new InterlockError('usage', {
      problem: `${different} different keys cannot give ${threshold} signatures`,
    });
  }
  const open = gathering(folder, exportTo);
  const signers = made.map((key) => keySigner(key)).map((signer) => [signer.id, signer] as const);
  const keyring = { ...open.keyring, keys: new Map([...open.keyring.keys, ...signers]) };
  const texts = delegateRole({ ...open, keyring }, { name, paths, keys, threshold }, now);
  for (const [file, text] of Object.entries(keyFiles({ [name]: made }))) {
    await writeDurably(join(dir, file), text, 0o600);
  }
  const { targets = '', ...rest } = texts;
  await keepChange(folder, { ...rest, targets }, { exportTo, show });
}
