import { mkdir, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { writeDurably } from '../../system/files/durable.ts';
import { ifAbsent } from '../../system/files/read-error.ts';
import { type InForce, type RoleDocuments, readRoot, readTargets } from '../metadata/document.ts';
import type { Keyring } from '../metadata/seal.ts';
import { loadSigners, missingFolder } from './load-signers.ts';

/** What `interlock keys init` made: the keys that are at hand, and the metadata as last signed or seen. */
export interface KeysFolder extends InForce {
  dir: string;
  keyring: Keyring;
}

/** Reads a keys folder; private keys may be missing (they can live elsewhere), metadata may not. */
export async function openKeysFolder(dir: string): Promise<KeysFolder> {
  const names = await list(join(dir, 'metadata'));
  const versions = names.flatMap((name) => /^(\d+)\.root\.json$/.exec(name)?.[1] ?? []);
  const roots = await Promise.all(
    versions
      .toSorted((a, b) => Number(a) - Number(b))
      .map(async (version) => readRoot(await readRole(dir, `${version}.root`))),
  );
  const roleNames = names.flatMap(
    (name) => /^((?:targets|releases|(?:channel|brake)-[a-z0-9.-]+))\.json$/.exec(name)?.[1] ?? [],
  );
  const roles: RoleDocuments = Object.fromEntries(
    await Promise.all(
      roleNames.map(async (role) => [role, readTargets(role, await readRole(dir, role))] as const),
    ),
  );
  const [root, targets] = [roots.at(-1), roles.targets];
  if (!root || !targets) throw new InterlockError('keys_missing', { dir, role: 'root' });
  return { dir, keyring: await openKeyring(dir), roots, root, roles, targets };
}

/** The keys at hand, without any metadata. */
async function openKeyring(dir: string): Promise<Keyring> {
  const signers = await loadSigners(dir);
  return { dir, keys: new Map(signers.map((signer) => [signer.id, signer])) };
}

/** Keeps a role's new text. */
export async function keepRole(dir: string, role: string, text: string): Promise<void> {
  const folder = join(dir, 'metadata');
  if (role === 'root')
    await writeDurably(join(folder, `${readRoot(text).parsed.signed.version}.root.json`), text);
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
  const file = join(dir, 'targets', path);
  return readFile(file, 'utf8').catch(ifAbsent(file, undefined));
}

async function readRole(dir: string, name: string): Promise<string> {
  return readFile(join(dir, 'metadata', `${name}.json`), 'utf8');
}

async function list(dir: string): Promise<string[]> {
  try {
    return await readdir(dir);
  } catch (cause) {
    throw missingFolder(dir, cause);
  }
}
