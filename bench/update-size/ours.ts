import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fullPayload, type PayloadRef, parseRelease } from '../../protocol/documents/release.ts';
import { decodePayloadHeader } from '../../protocol/formats/payload/payload.ts';
import { run } from '../../system/process/run.ts';
import { serveBlobs } from '../../test/support/host/blob-server.ts';
import { createHost } from '../../test/support/host/create-host.ts';
import { type Taken, timed } from '../build/timed.ts';
import type { Pair, Placed } from './pairs.ts';

/** Two releases and their folders. */
interface Versions {
  old: Omit<Placed, 'lock'>;
  next: Omit<Placed, 'lock'>;
}

const program = join(import.meta.dirname, '../../bin/interlock');
const mebibyte = 1024 * 1024;

/** Makes the delta of a pair as an operator would; null where the full payload is as small. */
export async function makeDelta(
  { old, next }: Pair,
  work: string,
): Promise<{ dir: string; made: PayloadRef | null; taken: Taken }> {
  const dir = join(work, 'next');
  await run('cp', ['-al', next.dir, dir]);
  const taken = await timed([program, 'delta', old.dir, dir]);
  const { payloads } = parseRelease(await readFile(join(dir, 'release.json')));
  return { dir, made: payloads.find(({ from }) => from !== null) ?? null, taken };
}

/** Writes one update into a file-backed host's other slot by the shipped launcher, over loopback. */
export async function applyPayload(
  versions: Versions,
  update: Update,
  launcher: readonly string[],
  work: string,
): Promise<Taken> {
  return withWaitingHost(versions, update, work, (apply) => apply(launcher));
}

/** A payload and the folder it lies in. */
interface Update {
  dir: string;
  payload: PayloadRef;
}

/** Lends a host that is all ready for an update, and the update. */
export async function withWaitingHost<T>(
  { old, next }: Versions,
  { dir, payload }: Update,
  work: string,
  use: (apply: (launcher: readonly string[]) => Promise<Taken>) => Promise<T>,
): Promise<T> {
  const { root } = next.release;
  const host = join(work, 'host');
  const largest = Math.max(root.size, old.release.root.size);
  const sizes = { esp: 256 * mebibyte, root: largest + 64 * mebibyte, verity: largest / 64 + mebibyte };
  await createHost({ dir: host, release: old.dir, config: {}, sizes });
  await fillHoles(join(host, 'disk.img'));
  const shown = join(work, 'shown');
  await mkdir(shown);
  const payloads = [...new Set([fullPayload(next.release), payload])];
  await writeFile(join(shown, 'release.json'), JSON.stringify({ ...next.release, payloads }));
  const server = await serveBlobs(new Map([[payload.sha256, await readFile(join(dir, payload.file))]]));
  try {
    return await use((launcher) => timed([...launcher, host, old.dir, shown, server.url]));
  } finally {
    await server.close();
    await rm(host, { recursive: true });
    await rm(shown, { recursive: true });
  }
}

/** A partition has its blocks: a file with holes would have its file system look for some with each write. */
async function fillHoles(disk: string): Promise<void> {
  await run('cp', ['--sparse=never', disk, `${disk}.whole`]);
  await rename(`${disk}.whole`, disk);
  await run('sync', ['-f', disk]);
}

/** Bytes of a full payload without what only the boot file needs. */
export async function fullRootBytes({ next }: Pair): Promise<number> {
  const { file, header } = fullPayload(next.release);
  const bytes = (await readFile(join(next.dir, file))).subarray(0, header.size);
  const roots = decodePayloadHeader(bytes).operations.filter(({ part }) => part === 'root');
  return header.size + roots.reduce((sum, { blobLength }) => sum + blobLength, 0);
}
