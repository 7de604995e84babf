import { mkdir, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { writeDurably } from '../../system/files/durable.ts';
import { parseRoot, parseTargets, refusing } from '../metadata/parse-role.ts';
import type { Keyring, Signers } from '../metadata/seal.ts';
import { loadSigners } from './load-signers.ts';

/** What `interlock keys init` made: the keys that are at hand, and the metadata as last signed or seen. */
export interface KeysFolder {
  dir: string;
  keyring: Keyring;
  /** Root metadata texts, oldest first; the last one is in force. */
  roots: string[];
  /** Metadata text of `targets` and of every delegated role. */
  roles: Record<string, string>;
}

/** Reads a keys folder; private keys may be missing (they can live elsewhere), metadata may not. */
export async function openKeysFolder(dir: string): Promise<KeysFolder> {
  const names = await list(join(dir, 'metadata'));
  const versions = names.flatMap((name) => /^(\d+)\.root\.json$/.exec(name)?.[1] ?? []);
  const roots = await Promise.all(
    versions.toSorted((a, b) => Number(a) - Number(b)).map((version) => readRole(dir, `${version}.root`)),
  );
  const roleNames = names.flatMap(
    (name) => /^((?:targets|releases|(?:channel|brake)-[a-z0-9.-]+))\.json$/.exec(name)?.[1] ?? [],
  );
  const roles = Object.fromEntries(
    await Promise.all(roleNames.map(async (role) => [role, await readRole(dir, role)] as const)),
  );
  if (roots.length === 0 || !roles.targets) throw new InterlockError('keys_missing', { dir, role: 'root' });
  return { dir, keyring: await openKeyring(dir), roots, roles };
}

/** The keys at hand, without any metadata. */
async function openKeyring(dir: string): Promise<Keyring> {
  const signers = await loadSigners(dir);
  return { dir, keys: new Map(signers.map((signer) => [signer.id, signer])) };
}

/** Keeps a role's new text. */
export async function keepRole(dir: string, role: string, text: string): Promise<void> {
  const folder = join(dir, 'metadata');
  if (role === 'root') await writeDurably(join(folder, `${parseRoot(text).signed.version}.root.json`), text);
  await writeDurably(join(folder, `${role}.json`), text);
}

/** Keeps a copy of a signed target, so that a lost server can be filled again. */
export async function keepTarget(dir: string, path: string, text: string): Promise<void> {
  const file = join(dir, 'targets', path);
  await mkdir(dirname(file), { recursive: true });
  await writeDurably(file, text);
}

/** The kept copy of a target, or undefined. */
export async function readKeptTarget(dir: string, path: string): Promise<string | undefined> {
  return readFile(join(dir, 'targets', path), 'utf8').catch(() => undefined);
}

/** Whose signatures a role needs, according to the role above it. */
export function signersOf(role: string, rootText: string, targetsText: string): Signers {
  const signers = ['root', 'targets', 'snapshot', 'timestamp'].includes(role)
    ? parseRoot(rootText).signed.roles[role]
    : parseTargets('targets', targetsText).signed.delegations?.roles?.[role];
  return refusing(role, () => {
    if (!signers)
      throw new Error('targets delegates nothing to it; a channel is added by `interlock keys add-channel`');
    return signers;
  });
}

async function readRole(dir: string, name: string): Promise<string> {
  return readFile(join(dir, 'metadata', `${name}.json`), 'utf8');
}

async function list(dir: string): Promise<string[]> {
  try {
    return await readdir(dir);
  } catch (cause) {
    throw new InterlockError('keys_missing', { dir, role: 'root' }, { cause });
  }
}
