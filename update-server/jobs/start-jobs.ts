import type { FastifyBaseLogger } from 'fastify';
import type { Blobs } from '../blobs/files.ts';
import type { Scrub } from '../blobs/scrub.ts';
import type { Ballast } from '../disk/ballast.ts';
import type { FreeSpace } from '../disk/free-space.ts';
import type { RenewNeeds } from '../publish/renew.ts';
import { keepForgetting } from './forget-unapproved.ts';
import { keepCounts } from './keep-counts.ts';
import { keepDisk } from './keep-disk.ts';
import { keepScrubbing } from './keep-scrubbing.ts';
import { keepSigned } from './keep-signed.ts';
import { keepTime } from './keep-time.ts';
import { warnExpiry } from './warn-expiry.ts';

interface Needs extends RenewNeeds {
  dataDir: string;
  ballast: Ballast;
  space: FreeSpace;
  blobs: Blobs;
  scrub: Scrub;
}

/** Starts everything that runs by time. Returns how to stop each. */
export function startJobs(needs: Needs, log: FastifyBaseLogger): (() => void)[] {
  const errorOf = (job: string) => (problem: string) => log.error(`${job}: ${problem}`);
  return [
    keepDisk(needs, errorOf('disk')),
    keepScrubbing(needs.scrub, errorOf('blobs')),
    keepTime(needs, errorOf('rollouts')),
    keepForgetting(needs, errorOf('hosts')),
    keepCounts(needs, errorOf('counts')),
    warnExpiry(needs, (warning) => log.warn(warning)),
    keepSigned(needs, errorOf('online signing')),
  ];
}
