import { type KeyObject, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { InterlockError } from '../../protocol/errors.ts';
import { publicKeyOf } from '../../protocol/signature.ts';
import { onlineRoles } from '../../protocol/trust.ts';
import { syncFolder, writeDurably } from '../../system/durable.ts';
import { delegateTo } from './delegate-to.ts';
import { generateKeys } from './generate.ts';
import { type KeysFolder, keepRole, openKeysFolder, privateKeyOf, signersOf } from './keys-folder.ts';

/** What a change of keys signed anew, and the key files it put out of use. */
export interface Rotation {
  roles: string[];
  retired: string[];
}

/** Gives a role new keys in place of all it had, as many as before. Hosts follow the signed chain by themselves. */
export async function rotateKeys(dir: string, role: string, now = new Date()): Promise<Rotation> {
  const folder = await openKeysFolder(dir);
  return replaceKeys(
    folder,
    role,
    signersOf(role, folder.roots.at(-1) ?? '', folder.roles.targets ?? '').keyIDs,
    now,
  );
}

/** Replaces one key, named by its file in the folder, by a new one. */
export async function revokeKey(dir: string, file: string, now = new Date()): Promise<Rotation> {
  const folder = await openKeysFolder(dir);
  const text = await readFile(join(dir, file)).catch((cause) => {
    throw new InterlockError('not_found', { what: join(dir, file) }, { cause });
  });
  const { id } = publicKeyOf(privateKeyOf(join(dir, file), text));
  const role = ['root', 'targets', ...onlineRoles, ...Object.keys(folder.roles)].find((name) =>
    signersOf(name, folder.roots.at(-1) ?? '', folder.roles.targets ?? '').keyIDs.includes(id),
  );
  if (!role) throw new InterlockError('bad_input', { what: file, problem: 'signs for no role' });
  return replaceKeys(folder, role, [id], now);
}

/** New keys are durable before anything names them, and an offline key is retired after nothing names it any more. */
async function replaceKeys(
  folder: KeysFolder,
  role: string,
  gone: readonly string[],
  now: Date,
): Promise<Rotation> {
  const { [role]: keys = [] } = generateKeys([role], gone.length);
  const changed = delegateTo(folder, { role, gone, keys }, now);
  const retiredDir = join(folder.dir, 'retired');
  const isOnline = (onlineRoles as readonly string[]).includes(role);
  const online = join(folder.dir, 'online');
  const retiredOnline = isOnline ? await retire(online, retiredDir, gone) : [];
  for (const key of keys) {
    await writeKey(isOnline ? join(online, `${role}.pem`) : join(folder.dir, keyName(role)), key);
  }
  for (const [name, text] of Object.entries(changed)) await keepRole(folder.dir, name, text);
  const retired = isOnline ? retiredOnline : await retire(folder.dir, retiredDir, gone);
  return { roles: Object.keys(changed), retired };
}

async function retire(keyDir: string, retiredDir: string, gone: readonly string[]): Promise<string[]> {
  await mkdir(retiredDir, { recursive: true, mode: 0o700 });
  const retired: string[] = [];
  for (const file of (await readdir(keyDir)).filter((name) => name.endsWith('.pem'))) {
    const { id } = publicKeyOf(privateKeyOf(file, await readFile(join(keyDir, file))));
    if (!gone.includes(id)) continue;
    await rename(join(keyDir, file), join(retiredDir, `${id.slice(0, 8)}-${file}`));
    retired.push(file);
  }
  await syncFolder(retiredDir);
  await syncFolder(keyDir);
  return retired;
}

async function writeKey(file: string, key: KeyObject): Promise<void> {
  await writeDurably(file, key.export({ type: 'pkcs8', format: 'pem' }).toString(), 0o600);
}

function keyName(role: string): string {
  return `${role}-${randomBytes(3).toString('hex')}.pem`;
}
