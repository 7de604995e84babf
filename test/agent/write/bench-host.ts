import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cp, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDownload } from '../../../agent/download/download.ts';
import { openLoader } from '../../../agent/loader/loader.ts';
import type { Running, SlotName } from '../../../agent/ports/host.ts';
import type { OnProgress, SlotPort } from '../../../agent/ports/slot.ts';
import type { Target } from '../../../agent/ports/trust.ts';
import { findSlotsInFile } from '../../../agent/slots/find-in-file.ts';
import { createSlotPort, type Storage } from '../../../agent/write/write.ts';
import { fullPayload, type Release } from '../../../protocol/documents/release.ts';
import { type BlobRequest, type BlobServer, serveBlobs } from '../../support/host/blob-server.ts';
import { createHost } from '../../support/host/create-host.ts';
import { makeHostRelease } from '../../support/host/make-release.ts';

/** Two releases, an installed disk to copy, and a folder of their own. */
export interface Bench {
  dir: string;
  old: Release;
  next: Release;
}

/** `ballast` makes the two images. */
export async function makeBench(ballast: { old: Buffer; next: Buffer }): Promise<Bench> {
  const dir = mkdtempSync(join(tmpdir(), 'write-'));
  const old = await makeHostRelease(join(dir, 'old'), '1.0', { ballast: ballast.old });
  const next = await makeHostRelease(join(dir, 'next'), '2.0', { ballast: ballast.next });
  const sizes = { esp: 64 << 20, root: 16 << 20, verity: 1 << 20, state: 8 << 20 };
  await createHost({ dir: join(dir, 'installed'), release: join(dir, 'old'), config: {}, sizes });
  return { dir, old, next };
}

/** Removes everything of it. */
export function dropBench({ dir }: Bench): void {
  rmSync(dir, { recursive: true });
}

/** A fresh host that runs the old release, and a server that shows the next one. */
export interface WriteHost {
  dir: string;
  storage: Storage;
  target: Target;
  running: Running;
  server: BlobServer;
  /** What the server shows. */
  blobs: Map<string, Buffer>;
  payload: Buffer;
  write(options?: { signal?: AbortSignal; onProgress?: OnProgress; sources?: string[] }): Promise<void>;
  /** Hex SHA-256 of a slot's partitions, whole. */
  hashSlot(name: SlotName): Promise<string>;
  /** True when slot b is exactly the next release. */
  holdsNext(): Promise<boolean>;
  close(): Promise<void>;
}

let copies = 0;

/** Copies the installed host and starts its server; `misbehave` spoils the server’s answers. */
export async function openWriteHost(
  bench: Bench,
  misbehave?: (request: BlobRequest) => boolean,
): Promise<WriteHost> {
  const dir = join(bench.dir, `host-${copies++}`);
  await cp(join(bench.dir, 'installed'), dir, { recursive: true });
  const disk = join(dir, 'disk.img');
  const loader = openLoader(join(dir, 'efi'));
  const storage = { slots: await findSlotsInFile(disk), esp: join(dir, 'efi'), bootFiles: loader };
  const payload = readFileSync(join(bench.dir, 'next/payload.full'));
  const blobs = new Map([[fullPayload(bench.next).sha256, payload]]);
  const server = await serveBlobs(blobs, misbehave);
  const running: Running = {
    bootId: 'boot',
    slot: 'a',
    rootHash: bench.old.root.verity.rootHash,
    name: 'made',
    version: '1.0',
    arch: 'x86-64',
  };
  const target = targetOf(bench.next);
  const port = (sources = [server.url]): SlotPort =>
    createSlotPort(storage, createDownload({ sources, waitMs: () => 1, patience: 3 }));
  return {
    dir,
    storage,
    target,
    running,
    server,
    blobs,
    payload,
    write: ({ signal = new AbortController().signal, onProgress = () => {}, sources } = {}) =>
      port(sources).write(target, running, onProgress, signal),
    async hashSlot(name) {
      const hash = createHash('sha256');
      for (const part of ['root', 'verity'] as const) {
        const { offset, size } = storage.slots[name][part];
        hash.update(await readAt(disk, offset, size));
      }
      return hash.digest('hex');
    },
    async holdsNext() {
      const { root, verity } = storage.slots.b;
      const image = join(dir, 'efi', loader.imagePath('b', target.rootHash));
      return (
        (await readAt(disk, root.offset, bench.next.root.size)).equals(
          readFileSync(join(bench.dir, 'next/root.erofs')),
        ) &&
        (await readAt(disk, verity.offset, bench.next.root.verity.size)).equals(
          readFileSync(join(bench.dir, 'next/root.verity')),
        ) &&
        readFileSync(image).equals(readFileSync(join(bench.dir, 'next/boot.efi')))
      );
    },
    async close() {
      await server.close();
      rmSync(dir, { recursive: true });
    },
  };
}

/** What trust would make of a release. */
function targetOf(release: Release): Target {
  const { rootHash } = release.root.verity;
  return { version: release.version, rootHash, releaseSha256: '0'.repeat(64), release, grant: null };
}

/** Bytes of a file, as the page cache has them. */
export async function readAt(path: string, offset: number, size: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    return (await file.read(Buffer.alloc(size), 0, size, offset)).buffer;
  } finally {
    await file.close();
  }
}
