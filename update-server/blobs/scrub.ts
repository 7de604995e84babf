import { asInterlockError } from '../../protocol/errors/interlock-error.ts';
import { dayMs, hourMs } from '../../protocol/time/durations.ts';
import type { BlobInfo, CheckedBlob } from '../store/interface/repository.ts';
import type { Store } from '../store/interface/store.ts';
import type { Blobs } from './files.ts';
import { suspectReads } from './suspect-reads.ts';

/** Finds files that rotted or were removed. */
export interface Scrub {
  /** A host begins to read this blob, whose file has so many bytes. */
  read(blob: BlobInfo, found: number): void;
  /** A host reported that bytes of a version were not what was signed. */
  complained(version: string): void;
  /** Blobs that releases name and that are not here, or not whole. */
  damaged(): readonly CheckedBlob[];
  /** Looks which files are there, without hashing them. */
  look(): Promise<void>;
  /** Hashes the one that is due longest. False when none is. */
  step(): Promise<boolean>;
  /** Resolves when what was asked for is done. */
  settled(): Promise<void>;
}

/** Bytes a second that the scrub reads, so that it leaves disk and processor to others. */
const pace = 16 * 1024 * 1024;
/** How often each blob is hashed. */
const roundMs = 7 * dayMs;
/** When a blob that could not be read is tried again; the others do not wait for it. */
const retryMs = hourMs;

/** Keeps what is known of damage; each damaged blob is logged once. */
export function openScrub(
  { store, blobs, now }: { store: Store; blobs: Blobs; now(): Date },
  log: (problem: string) => void,
): Scrub {
  let damaged: CheckedBlob[] = [];
  let work: Promise<unknown> = Promise.resolve();
  const isSuspect = suspectReads(blobs, now);
  const tried = new Map<string, number>();

  /** One after the other: hashing everything at once would leave the disk no time for hosts. */
  function later(what: () => Promise<unknown>): void {
    work = work.then(what).catch((error) => log(asInterlockError(error).message));
  }

  async function check(sha256: string, speed?: number): Promise<void> {
    const verdict = await blobs.verify(sha256, speed);
    if (verdict === 'whole') await store.blobChecked(sha256, now().toISOString());
    else await look();
  }

  async function look(): Promise<void> {
    const found: CheckedBlob[] = [];
    for (const blob of await store.blobsToCheck()) {
      // one that cannot be read counts as lost
      if (await isLost(blobs, blob).catch(() => true)) found.push(blob);
    }
    for (const { sha256 } of found) {
      if (!damaged.some((blob) => blob.sha256 === sha256)) log(`blob ${sha256} is damaged or missing`);
    }
    damaged = found;
  }

  function wasJustTried(sha256: string): boolean {
    return Math.abs(now().getTime() - (tried.get(sha256) ?? Number.NEGATIVE_INFINITY)) < retryMs;
  }

  return {
    damaged: () => damaged,
    look,
    read(blob, found) {
      const checkIfSuspect = async () => {
        if (await isSuspect(blob, found)) later(() => check(blob.sha256));
      };
      void checkIfSuspect().catch((error) => log(asInterlockError(error).message));
    },
    complained(version) {
      later(async () => {
        const all = await store.blobsToCheck();
        const named = all.filter(({ release }) => release?.split('/')[1] === version);
        for (const { sha256 } of named) await check(sha256);
      });
    },
    async step() {
      const before = new Date(now().getTime() - roundMs).toISOString();
      const lost = new Set(damaged.map(({ sha256 }) => sha256));
      const due = (await store.blobsToCheck()).filter(
        ({ checked, sha256 }) =>
          (checked === null || checked < before) && !lost.has(sha256) && !wasJustTried(sha256),
      );
      for (const { sha256 } of due) {
        tried.set(sha256, now().getTime());
        if (!(await blobs.state(sha256)).whole) continue;
        try {
          await check(sha256, pace);
          tried.delete(sha256);
        } catch (error) {
          log(asInterlockError(error).message);
        }
        return true;
      }
      return false;
    },
    async settled() {
      for (let seen: unknown; seen !== work; ) {
        seen = work;
        await work;
      }
    },
  };
}

/** A list of parts that was never uploaded is not a loss. */
async function isLost(blobs: Blobs, { sha256, size, checked, release }: CheckedBlob): Promise<boolean> {
  const { received, whole } = await blobs.state(sha256);
  if (whole && received === size) return false;
  if (whole) return (await blobs.verify(sha256)) !== 'whole';
  return release !== null || checked !== null;
}
