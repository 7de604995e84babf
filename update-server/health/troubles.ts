import { formatBytes } from '../../system/terminal/progress.ts';
import type { Scrub } from '../blobs/scrub.ts';
import type { FreeSpace } from '../disk/free-space.ts';
import type { Trouble } from '../domain/fleet/attention.ts';
import type { CheckedBlob } from '../store/interface/repository.ts';

/** What can have troubles; missing where it is not watched. */
export interface Watched {
  space?: FreeSpace | undefined;
  scrub?: Scrub | undefined;
}

/** Looks for all of it. */
export function troublesOf({ space, scrub }: Watched): Trouble[] {
  return [...lowDisk(space), ...lostBlobs(scrub?.damaged() ?? [])];
}

function lowDisk(space: FreeSpace | undefined): Trouble[] {
  if (!space?.isLow()) return [];
  const { free, reserve } = space.state();
  const text = `The server’s disk has ${formatBytes(free)} free and keeps ${formatBytes(reserve)} for its database: uploads are refused. Make space.`;
  return [{ kind: 'disk_low', text }];
}

const named = 4;

function lostBlobs(damaged: readonly CheckedBlob[]): Trouble[] {
  if (damaged.length === 0) return [];
  const names = damaged
    .slice(0, named)
    .map(
      ({ sha256, release }) =>
        `${sha256.slice(0, 12)} (${release?.split('/').join(' ') ?? 'a list of parts'})`,
    );
  const more = damaged.length > named ? ` and ${damaged.length - named} more` : '';
  const text = `Damaged or missing among the blobs here: ${names.join(', ')}${more}. Hosts do not get them from this server: publish those releases again, or: interlock restore BACKUP --data DIR --blobs`;
  return [{ kind: 'blobs_damaged', text }];
}
