import type Database from 'better-sqlite3';
import { type CheckInRecord, type HostRecord, lastSeenDelayMs } from '../interface/hosts.ts';
import type { Write } from './group-commit.ts';
import { readJson } from './read-json.ts';
import type { WatchClock } from './watch-clock.ts';
import { checkInWriter, type WaitingCheckIn } from './write-check-in.ts';

/** Records written in one transaction: a longer one would keep everybody waiting. */
const atOnce = 1000;

/** Check-in records that are not on the disk yet; a crash may lose them, and only them. */
export interface CheckInRecords {
  add(record: CheckInRecord): void;
  /** Writes what waits and resolves when it is on the disk. */
  flush(): Promise<void>;
  /** The same for one host: what changes its row next must not be undone by what waits. */
  flushOne(host: string): Promise<void>;
  /** The boot ids of a host, oldest first. */
  boots(host: string): string[];
  /** Puts what a host reported and is not written yet over what was read. */
  overlay(host: HostRecord): void;
}

/** Keeps the last record of each host and writes them together, a second before their delay is over. */
export function batchCheckIns(db: Database.Database, write: Write, watch: WatchClock): CheckInRecords {
  const waiting = new Map<string, WaitingCheckIn>();
  let timer: NodeJS.Timeout | undefined;
  const put = checkInWriter(db, watch);
  const readBoots = db.prepare<[string], string>('SELECT boots FROM enrolled_host WHERE id = ?').pluck();

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.size === 0) return;
    // neighbours share pages, and a page is written once for all of them
    const all = [...waiting.values()].sort((a, b) => a.host.number - b.host.number);
    for (let from = 0; from < all.length; from += atOnce) {
      const batch = all.slice(from, from + atOnce);
      await write(() => batch.forEach(put));
      for (const record of batch) {
        if (waiting.get(record.host.id) === record) waiting.delete(record.host.id);
      }
    }
  }

  async function flushOne(host: string): Promise<void> {
    const record = waiting.get(host);
    if (!record) return;
    await write(() => put(record));
    if (waiting.get(host) === record) waiting.delete(host);
  }

  return {
    flushOne,
    add({ host, at, checkIn, reported, boots, decision, offered }) {
      const before = waiting.get(host.id)?.change;
      const isChange = host.reported !== reported || host.boot !== checkIn.bootId || before;
      const change = isChange ? { checkIn, reported, boots: boots ?? before?.boots ?? null } : null;
      waiting.set(host.id, {
        host,
        at,
        state: checkIn.at,
        poll: checkIn.pollSeconds ?? null,
        decision,
        offered,
        change,
      });
      host.reported = reported;
      host.boot = checkIn.bootId;
      timer ??= setTimeout(
        () =>
          void flush().catch(() => {
            /* what failed waits on, and is written with the next record */
          }),
        lastSeenDelayMs - 1000,
      );
    },
    flush,
    boots: (host) => waiting.get(host)?.change?.boots ?? readJson<string[]>(readBoots.get(host), []),
    overlay(host) {
      const change = waiting.get(host.id)?.change;
      if (!change) return;
      host.reported = change.reported;
      host.boot = change.checkIn.bootId;
    },
  };
}
