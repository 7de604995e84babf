import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, readlink, rm, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { imageEtcFolder, ownEtcFolder } from '../../protocol/boot/host-layout.ts';
import { writeDurably } from '../../system/files/durable.ts';
import { writeOwned } from '../../system/files/owned-file.ts';
import { run } from '../../system/process/run.ts';
import { type Certificates, certificatesIn, mergeAuthorities } from './bundle.ts';

/** Where Debian looks for the certificates of a host's own authorities. */
export const localAuthorities = '/usr/local/share/ca-certificates';
/** What the host keeps about its bundle. */
export const authoritiesFolder = '/var/lib/interlock/authorities';
/** While this exists, the image's authorities do not count. */
export const onlyOwnFile = `${authoritiesFolder}/only-own`;

const folder = 'ssl/certs';
const bundle = `${folder}/ca-certificates.crt`;

/** Makes the bundle of /etc/ssl/certs from the running image's and the host's own certificates, and the links by which OpenSSL finds the latter. */
export async function mergeHostAuthorities(root: string): Promise<void> {
  const kept = join(root, authoritiesFolder);
  const upper = await textOf(join(root, ownEtcFolder, bundle));
  const files = await localFiles(root);
  const onlyOwn = existsSync(join(root, onlyOwnFile));
  if (upper === null && files.length === 0 && !onlyOwn) return;
  const local: Certificates = new Map(files.flatMap(({ text }) => [...certificatesIn(text)]));
  const image = certificatesIn((await textOf(join(root, imageEtcFolder, bundle))) ?? '');
  const noted = await textOf(join(kept, 'image'));
  const wasLocal = new Set((await textOf(join(kept, 'local')))?.split('\n'));
  const own = upper === null ? null : certificatesIn(upper);
  // a file that its owner removed takes its certificate along
  for (const id of own?.keys() ?? []) if (wasLocal.has(id) && !local.has(id)) own?.delete(id);
  const base = noted === null ? null : new Set(noted.split('\n').filter(Boolean));
  const text = [...mergeAuthorities({ image, base, own, local, onlyOwn }).values(), ''].join('\n');
  await mkdir(join(root, 'etc', folder), { recursive: true, mode: 0o755 });
  if (text !== upper) await writeOwned(join(root, 'etc', bundle), text, { mode: 0o644, uid: 0, gid: 0 });
  await linkLocal(root, files, onlyOwn);
  await mkdir(kept, { recursive: true, mode: 0o700 });
  await writeDurably(join(kept, 'local'), [...local.keys()].join('\n'));
  // while the image's do not count, none of them was removed by hand
  await writeDurably(join(kept, 'image'), onlyOwn ? '' : [...image.keys()].join('\n'));
}

/** The host's own files, by name, in the order in which their certificates come into the bundle. */
async function localFiles(root: string): Promise<{ path: string; text: string }[]> {
  const path = join(root, localAuthorities);
  const names = await readdir(path, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const files = names
    .filter((name) => name.endsWith('.crt'))
    .toSorted()
    .map(async (name) => ({
      path: join(localAuthorities, name),
      text: await readFile(join(path, name), 'latin1'),
    }));
  return Promise.all(files);
}

/** Links as update-ca-certificates(8) makes them; those of files that are gone go, too. */
async function linkLocal(root: string, files: readonly { path: string }[], onlyOwn: boolean): Promise<void> {
  const certs = join(root, 'etc', folder);
  const wanted = new Map(files.map(({ path }) => [`${basename(path, '.crt')}.pem`, path]));
  for (const { path } of files) {
    const hash = await hashOf(join(root, path));
    if (hash) wanted.set(freeName(root, hash, wanted), `${basename(path, '.crt')}.pem`);
  }
  for (const name of await readdir(certs)) {
    // what is no link is none of these
    const target = await readlink(join(certs, name)).catch(() => null);
    if (target === null || target === wanted.get(name)) continue;
    const isOurs = target.startsWith(`${localAuthorities}/`);
    const leadsNowhere = !existsSync(join(certs, name)) && !target.startsWith('/');
    if (onlyOwn || isOurs || leadsNowhere || wanted.has(name)) await rm(join(certs, name), { force: true });
  }
  for (const [name, target] of wanted) {
    await symlink(target, join(certs, name)).catch((error: NodeJS.ErrnoException) => {
      // it was there and right
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

/** Certificates of one subject are told apart by a number behind the hash. */
function freeName(root: string, hash: string, wanted: ReadonlyMap<string, string>): string {
  const names = Array.from({ length: 100 }, (_, number) => `${hash}.${number}`);
  const isFree = (name: string) => !wanted.has(name) && !existsSync(join(root, imageEtcFolder, folder, name));
  return names.find(isFree) ?? `${hash}.0`;
}

/** The name by which OpenSSL looks a certificate up; an image without its program has nothing that looks it up either. */
async function hashOf(path: string): Promise<string | null> {
  const out = await run('openssl', ['x509', '-noout', '-hash', '-in', path]).catch(() => '');
  return /^[0-9a-f]{8}$/m.exec(out)?.[0] ?? null;
}

async function textOf(path: string): Promise<string | null> {
  return readFile(path, 'latin1').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENXIO') return null;
    throw error;
  });
}
