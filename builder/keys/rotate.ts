import { type KeyObject, randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { onlineRoles } from '../../protocol/documents/trust.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { publicKeyOf } from '../../protocol/formats/keys/signature.ts';
import { writeDurably } from '../../system/files/durable.ts';
import { findKey, findKeysGone, keysOf } from '../keys-folder/find-key.ts';
import { type KeysFolder, openKeysFolder } from '../keys-folder/keys-folder.ts';
import { retireKeys } from '../keys-folder/retire.ts';
import { signersOf } from '../metadata/document.ts';
import { keySigner } from '../metadata/signer.ts';
import type { Show } from '../request/describe/show-change.ts';
import { gathering, keepChange } from '../request/keep-change.ts';
import { delegateTo, type NewKeys } from './delegate-to.ts';
import { generateKeys } from './generate.ts';

/** The keys and the threshold that a role gets. */
export interface RotateOptions {
  /** Public keys of holders elsewhere, in place of keys made here. */
  publicKeys?: readonly KeyObject[] | undefined;
  /** How many signatures the role needs from now on; left out: as many as before. */
  threshold?: number | undefined;
  /** File for a signing request, when the keys that must agree lie on several machines. */
  exportTo?: string | undefined;
  /** Called with what is signed, as text. */
  show?: Show | undefined;
  now?: Date;
}

/** What a change of keys signed anew, and the key files it put out of use. */
export interface Rotation {
  roles: string[];
  retired: string[];
}

/**
 * Gives a role new keys in place of all it had, as many as before; `online` means both that the server has, in one root:
 * what a stolen server calls for. Hosts follow the signed chain by themselves.
 */
export async function rotateKeys(dir: string, role: string, options: RotateOptions = {}): Promise<Rotation> {
  const folder = await openKeysFolder(dir);
  const roles = role === 'online' ? onlineRoles : [role];
  return replaceKeys(
    folder,
    roles.map((name) => ({ role: name, gone: keysOf(folder, name) })),
    options,
  );
}

/** Replaces one key, named by its file or its id, by a new one: for a key that was lost or may have been seen. */
export async function revokeKey(dir: string, named: string, options: RotateOptions = {}): Promise<Rotation> {
  const folder = await openKeysFolder(dir);
  const { id, role } = await findKey(folder, named);
  return replaceKeys(folder, [{ role, gone: [id] }], options);
}

/** New keys are durable before anything names them, and an offline key is retired after nothing names it any more. */
async function replaceKeys(
  folder: KeysFolder,
  requested: readonly { role: string; gone: readonly string[] }[],
  options: RotateOptions,
): Promise<Rotation> {
  const { publicKeys, threshold, exportTo, now = new Date() } = options;
  if (publicKeys && requested.length > 1) {
    throw new InterlockError('usage', { problem: 'public keys are for one role at a time' });
  }
  const made = publicKeys ? {} : makeKeys(requested);
  const changes = requested.map(
    ({ role, gone }): NewKeys => ({ role, gone, keys: publicKeys ?? made[role] ?? [], threshold }),
  );
  for (const change of changes) checkThreshold(folder, change);
  const changed = delegateTo(withKeys(gathering(folder, exportTo), Object.values(made).flat()), changes, now);
  const gone = requested.flatMap((entry) => entry.gone);
  const online = requested.some(({ role }) => isOnline(role)) ? await retireKeys(folder.dir, gone) : [];
  await writeKeys(folder.dir, made);
  await keepChange(folder, changed, options);
  const unused = exportTo === undefined ? findKeysGone(folder, await openKeysFolder(folder.dir)) : [];
  const retired = await retireKeys(folder.dir, unused);
  return { roles: Object.keys(changed), retired: [...online, ...retired] };
}

function makeKeys(
  requested: readonly { role: string; gone: readonly string[] }[],
): Record<string, KeyObject[]> {
  return Object.fromEntries(
    requested.map(({ role, gone }) => [role, generateKeys([role], gone.length)[role] ?? []]),
  );
}

function checkThreshold(folder: KeysFolder, { role, gone, keys, threshold }: NewKeys): void {
  const before = signersOf(role, folder);
  const kept = before.keyIDs.filter((id) => !gone.includes(id));
  const count = new Set([...kept, ...keys.map((key) => publicKeyOf(key).id)]).size;
  if (count < kept.length + keys.length) {
    throw new InterlockError('usage', { problem: `${role} would have one key twice` });
  }
  const needed = threshold ?? before.threshold;
  if (count < needed || needed < 1) {
    throw new InterlockError('usage', {
      problem: `${count} keys of ${role} cannot give ${needed} signatures`,
    });
  }
}

function withKeys(folder: KeysFolder, keys: readonly KeyObject[]): KeysFolder {
  const signers = keys.map((key) => keySigner(key)).map((signer) => [signer.id, signer] as const);
  return { ...folder, keyring: { ...folder.keyring, keys: new Map([...folder.keyring.keys, ...signers]) } };
}

async function writeKeys(dir: string, made: Record<string, readonly KeyObject[]>): Promise<void> {
  for (const [role, keys] of Object.entries(made)) {
    if (isOnline(role)) await mkdir(join(dir, 'online'), { recursive: true, mode: 0o700 });
    for (const key of keys) {
      const file = isOnline(role) ? `online/${role}.pem` : `${role}-${randomBytes(3).toString('hex')}.pem`;
      await writeDurably(join(dir, file), key.export({ type: 'pkcs8', format: 'pem' }).toString(), 0o600);
    }
  }
}

function isOnline(role: string): boolean {
  return (onlineRoles as readonly string[]).includes(role);
}
