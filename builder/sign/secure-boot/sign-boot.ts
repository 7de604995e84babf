import { hash } from 'node:crypto';
import { link, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Release } from '../../../protocol/documents/release.ts';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { syncFolder, writeDurably } from '../../../system/files/durable.ts';
import { showProgress } from '../../../system/terminal/progress.ts';
import { partFiles } from '../../payload/part-files.ts';
import { payloadLevel } from '../../payload/payload-level.ts';
import { replaceBoot } from '../../payload/replace-boot.ts';
import { type LoadedRelease, loadRelease } from '../../release/check-release.ts';
import { signPe } from './sign-pe.ts';
import type { Signer } from './signed-data.ts';

/**
 * Signs a checked release's boot file and boot loader for Secure Boot, and writes them into its payload, whose frames of the
 * root stay. Gives the release as it is now; one that carries these signatures is left alone. The folder is replaced
 * as a whole. Throws `bad_input` when deltas were made of the unsigned boot file.
 */
export async function signBoot(loaded: LoadedRelease, signer: Signer): Promise<LoadedRelease> {
  const { dir, release } = loaded;
  const boot = signPe(await readFile(join(dir, 'boot.efi')), signer);
  const loader = release.loader && signPe(await readFile(join(dir, 'loader.efi')), signer);
  if (hash('sha256', boot) === release.boot.sha256) return loaded;
  if (release.payloads.some(({ from }) => from !== null)) {
    throw new InterlockError('bad_input', { what: dir, problem: 'sign it before making deltas' });
  }
  const work = join(dirname(dir), `.${basename(dir)}.signing`);
  await rm(work, { recursive: true, force: true });
  try {
    await mkdir(work);
    await writeSigned(work, dir, release, boot, loader);
    await replaceFolder(work, dir);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return loadRelease(dir);
}

async function writeSigned(
  work: string,
  dir: string,
  release: Release,
  boot: Buffer,
  loader: Buffer | undefined,
): Promise<void> {
  const changed = ['boot.efi', 'loader.efi', 'payload.full', 'release.json'];
  for (const name of await readdir(dir)) {
    if (!changed.includes(name)) await link(join(dir, name), join(work, name));
  }
  await writeDurably(join(work, 'boot.efi'), boot);
  if (loader) await writeDurably(join(work, 'loader.efi'), loader);
  const at = (name: string) => join(work, name);
  const files = { root: at('root.erofs'), boot: at('boot.efi') };
  const former = join(dir, 'payload.full');
  const total = release.root.size + boot.length;
  const progress = showProgress('sign for Secure Boot', total);
  const level = await payloadLevel(former, partFiles(dir));
  const payload = await replaceBoot(former, files, at('payload.full'), { level, onProgress: progress.at });
  progress.end();
  const next: Release = {
    ...release,
    boot: blobOf(boot),
    ...(loader && { loader: blobOf(loader) }),
    payloads: [payload],
  };
  await writeDurably(at('release.json'), `${JSON.stringify(next, null, 2)}\n`);
}

/** A cut in between leaves the signed release under its working name, and the unsigned one as `.old`. */
async function replaceFolder(work: string, dir: string): Promise<void> {
  const old = `${work}.old`;
  await rm(old, { recursive: true, force: true });
  await rename(dir, old);
  await rename(work, dir);
  await syncFolder(dirname(dir));
  await rm(old, { recursive: true });
}

function blobOf(bytes: Buffer): Release['boot'] {
  return { size: bytes.length, sha256: hash('sha256', bytes) };
}
