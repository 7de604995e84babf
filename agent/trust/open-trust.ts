import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { imageFloorFile, imageRootFile } from '../../protocol/boot/host-layout.ts';
import { asInterlockError, hasCode, InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { OfflineBundle } from '../offline/open-bundle.ts';
import type { TrustPort } from '../ports/trust.ts';
import { accept } from './accept.ts';
import { type Cache, loadCache, tidyCache } from './cache.ts';
import { checkClock, isTakenBack } from './check-clock.ts';
import { parseDocument } from './document.ts';
import { Fetcher } from './fetch.ts';
import { BundleFetcher, bundleBase } from './fetch-bundle.ts';
import { newerRoot, readImageTrust } from './image-trust.ts';
import { type Refreshed, refresh } from './refresh.ts';
import { refusalOf } from './refusal.ts';

/** What the signed metadata is opened with. */
export interface TrustOptions {
  /** Folder in the state that remembers what was verified; created when missing. */
  cacheDir: string;
  /** Root and floor inside the verified image; another path is for file-backed hosts only, never from `/etc`. */
  imageRoot?: string;
  imageFloor?: string;
  /** Base URL of the update server, or the offline bundle that stands in for it. */
  server: string | OfflineBundle;
  /** PEM file of the only authority whose certificate the server may have; without it the system's authorities count. */
  ca?: string;
  /** What this host is and follows, by its own configuration. */
  name: string;
  channel: string;
  clock: { now(): Date };
  /** False turns an expiry into `clock_unsure`: the clock may be wrong instead. */
  isClockSynchronised?: () => Promise<boolean>;
}

/**
 * Opens the host's trust. `accept` throws `metadata_*`, `clock_*`, `offer_refused`, `unreachable`, `answer_*`, or
 * `state_invalid` when the image has no root; what was verified before stays as it was.
 */
export function openTrust(options: TrustOptions): TrustPort {
  const { cacheDir, imageRoot = imageRootFile, imageFloor = imageFloorFile, server, clock } = options;
  return {
    accept: async (offered, running, order) => {
      const image = await readImageTrust(imageRoot, imageFloor);
      await tidyCache(cacheDir);
      const cache = await loadCache(cacheDir);
      const now = clock.now();
      let proven = cache.verifiedAt;
      checkClock(now, [image.floor.built]);
      const known = { ...cache.metadata, 'root.json': newerRoot(image.root, cache.metadata['root.json']) };
      const isOffline = typeof server !== 'string';
      const fetcher = isOffline
        ? new BundleFetcher(server)
        : new Fetcher(options.ca && (await readFile(options.ca, 'utf8')));
      const origin = { base: isOffline ? bundleBase : server, isOffline };
      const context = { ...options, floor: image.floor, cache, now };
      try {
        return await refresh(join(cacheDir, 'scratch'), known, origin, fetcher, now, async (refreshed) => {
          const agreed = checkProven(cache, refreshed, now);
          proven = agreed.verifiedAt;
          return accept({ ...context, cache: agreed }, refreshed, offered, running, order);
        });
      } catch (error) {
        checkClock(now, [proven]);
        throw await doubtClock(refusalOf(error, fetcher), options);
      }
    },
  };
}

/** The cache, without a proven time that the server has taken back. Throws `clock_behind` for a clock that is before it. */
function checkProven(cache: Cache, refreshed: Refreshed, now: Date): Cache {
  const { verifiedAt, metadata } = cache;
  if (!verifiedAt || now >= new Date(verifiedAt)) return cache;
  const before = metadata['timestamp.json'];
  const isTaken =
    before !== undefined && isTakenBack(parseDocument(before), refreshed.timestamp, verifiedAt, now);
  if (!isTaken) checkClock(now, [verifiedAt]);
  return { ...cache, verifiedAt: null };
}

async function doubtClock(
  refusal: InterlockError,
  { isClockSynchronised }: TrustOptions,
): Promise<InterlockError> {
  if (!hasCode(refusal, 'metadata_expired') || !isClockSynchronised) return refusal;
  const isSure = await isClockSynchronised().catch((error) => {
    throw asInterlockError(error);
  });
  return isSure ? refusal : new InterlockError('clock_unsure', refusal.details, { cause: refusal });
}
