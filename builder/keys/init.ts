import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { parse, Word } from '../../protocol/schema/schema.ts';
import { syncFolder } from '../../system/files/durable.ts';
import { type CertificateOptions, makeCertificates } from './certificates/certificates.ts';
import { firstMetadata } from './first-metadata.ts';
import { generateKeys, keyFiles } from './generate.ts';

/** The roles of a new keys folder, and how many keys and signatures each needs. */
export interface InitOptions {
  channels: readonly string[];
  /** How many signatures every offline role needs, and how many keys are made for it. */
  threshold: number;
  keys: number;
  /** Left out: no X.509, for those who have an authority already. */
  certificates?: CertificateOptions;
}

/**
 * Makes a folder of keys with the first metadata, whole or not at all. Throws `exists` for a folder with something in it.
 * Private keys are PKCS#8 PEM with mode 0600; `online/` is what goes to the server, and the only thing that may.
 */
export async function initKeys(dir: string, options: InitOptions, now = new Date()): Promise<void> {
  for (const channel of options.channels) parse(Word, channel, `channel ${channel}`);
  if (options.threshold < 1 || options.keys < options.threshold) {
    throw new InterlockError('usage', {
      problem: `${options.keys} keys cannot give ${options.threshold} signatures`,
    });
  }
  await refuseFull(dir);
  const target = resolve(dir);
  const staging = join(dirname(target), `.${basename(target)}.${randomBytes(4).toString('hex')}.tmp`);
  await mkdir(dirname(target), { recursive: true });
  try {
    await writeFiles(staging, makeFiles(options, now));
    await rename(staging, target);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    throw error;
  }
  await syncFolder(dirname(target));
}

function makeFiles(options: InitOptions, now: Date): Record<string, string | Uint8Array> {
  const roles = ['root', 'targets', 'releases', ...options.channels.map((channel) => `channel-${channel}`)];
  const keys = generateKeys(roles, options.keys);
  return {
    ...keyFiles(keys),
    ...firstMetadata(keys, options.threshold, options.channels, now),
    ...(options.certificates ? makeCertificates(options.certificates, now) : {}),
  };
}

async function writeFiles(dir: string, files: Record<string, string | Uint8Array>): Promise<void> {
  const folders = new Set([dir]);
  for (const [path, content] of Object.entries(files)) {
    const file = join(dir, path);
    folders.add(dirname(file));
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(file, content, { mode: /\.(pem|key)$/.test(path) ? 0o600 : 0o644, flush: true });
  }
  for (const folder of folders) await syncFolder(folder);
}

async function refuseFull(dir: string): Promise<void> {
  const names = await readdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new InterlockError('exists', { what: dir }, { cause: error });
  });
  if (names.length > 0) throw new InterlockError('exists', { what: dir });
}
