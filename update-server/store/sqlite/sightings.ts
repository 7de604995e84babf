import type Database from 'better-sqlite3';
import { lastSeenDelayMs, type Sighting } from '../store.ts';
import type { Write } from './group-commit.ts';

/** Sightings written in one transaction: a longer one would keep everybody waiting. */
const atOnce = 250;

/** Sightings that are not on the disk yet; a crash may lose them, and only them. */
export interface Sightings {
  add(sighting: Sighting): void;
  /** Writes what waits and resolves when it is on the disk. */
  flush(): Promise<void>;
  /** The boot ids of a host whose last sighting still waits. */
  boots(host: string): string[] | undefined;
}

/** Keeps the last sighting of each host and writes them together, a second before their delay is over. */
export function batchSightings(db: Database.Database, write: Write): Sightings {
  const waiting = new Map<string, Sighting>();
  let timer: NodeJS.Timeout | undefined;
  const update = db.prepare(
    `UPDATE host SET name = @name, arch = @arch, channel = @channel, grp = @group, version = @version,
       at = @at, boot_id = @bootId, root_hash = @rootHash, failed = @failed, boots = @boots,
       said = @said, last_seen = @lastSeen, decision = @decision, offered = @offered WHERE id = @host`,
  );

  const touch = db.prepare(
    'UPDATE host SET at = @at, last_seen = @lastSeen, decision = @decision, offered = @offered WHERE rowid = @row',
  );

  /** Most hosts say what they said before, and an update that names no indexed column is half the work. */
  function put(sighting: Sighting): void {
    const row = rowOf(sighting);
    if (sighting.isAsBefore) touch.run(row);
    else update.run(row);
  }

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.size === 0) return;
    // neighbours share pages, and a page is written once for all of them
    const all = [...waiting.values()].sort((a, b) => a.row - b.row);
    for (let from = 0; from < all.length; from += atOnce) {
      const batch = all.slice(from, from + atOnce);
      await write(() => batch.forEach(put));
      for (const sighting of batch) {
        if (waiting.get(sighting.host) === sighting) waiting.delete(sighting.host);
      }
    }
  }

  return {
    add(sighting) {
      waiting.set(sighting.host, sighting);
      timer ??= setTimeout(() => void flush().catch(() => {}), lastSeenDelayMs - 1000);
    },
    flush,
    boots: (host) => waiting.get(host)?.boots,
  };
}

function rowOf({ host, row, at, checkIn, said, boots, decision, offered }: Sighting) {
  return {
    ...checkIn,
    host,
    row,
    said,
    lastSeen: at,
    boots: JSON.stringify(boots),
    failed: JSON.stringify(checkIn.failed),
    decision,
    offered,
  };
}
