import type Database from 'better-sqlite3';
import { lastSeenDelayMs, type Sighting } from '../store.ts';
import type { Write } from './group-commit.ts';

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
       last_seen = @lastSeen, decision = @decision, offered = @offered WHERE id = @host`,
  );

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.size === 0) return;
    const batch = [...waiting.values()];
    await write(() => {
      for (const sighting of batch) update.run(rowOf(sighting));
    });
    for (const sighting of batch) {
      if (waiting.get(sighting.host) === sighting) waiting.delete(sighting.host);
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

function rowOf({ host, at, checkIn, boots, decision, offered }: Sighting) {
  return {
    ...checkIn,
    host,
    lastSeen: at,
    boots: JSON.stringify(boots),
    failed: JSON.stringify(checkIn.failed),
    decision,
    offered,
  };
}
