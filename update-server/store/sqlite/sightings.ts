import type Database from 'better-sqlite3';
import { type HostRecord, lastSeenDelayMs, type Sighting } from '../interface/store.ts';
import type { Write } from './group-commit.ts';
import { readJson } from './read-json.ts';
import type { WatchClock } from './watch-clock.ts';

/** Sightings written in one transaction: a longer one would keep everybody waiting. */
const atOnce = 1000;

/** Sightings that are not on the disk yet; a crash may lose them, and only them. */
export interface Sightings {
  add(sighting: Sighting): void;
  /** Writes what waits and resolves when it is on the disk. */
  flush(): Promise<void>;
  /** The boot ids of a host, oldest first. */
  boots(host: string): string[];
  /** Puts what a host said and is not written yet over what was read. */
  overlay(host: HostRecord): void;
}

/** As little as can be: a hundred thousand may wait, and what waits long costs the garbage collector most. */
interface Waiting extends Pick<Sighting, 'host' | 'at' | 'decision' | 'offered'> {
  state: string;
  /** What it had not said before. */
  news: Pick<Sighting, 'checkIn' | 'said' | 'boots'> | null;
}

/** Keeps the last sighting of each host and writes them together, a second before their delay is over. */
export function batchSightings(db: Database.Database, write: Write, watch: WatchClock): Sightings {
  const waiting = new Map<string, Waiting>();
  let timer: NodeJS.Timeout | undefined;
  const tell = db.prepare(
    `UPDATE enrolled_host SET name = @name, arch = @arch, channel = @channel, grp = @group, version = @version,
       boot_id = @bootId, root_hash = @rootHash, failed = @failed, cancelled = @cancelled,
       trouble = CASE WHEN trouble ->> 'code' = @trouble ->> 'code' THEN json_set(@trouble, '$.since', trouble ->> 'since') ELSE @trouble END,
       boots = coalesce(@boots, boots), said = @said
     WHERE number = @number`,
  );
  const touch = db.prepare<[string, number, string, string, string | null, number]>(
    'UPDATE sighting SET last_seen = ?, seen_ms = ?, at = ?, decision = ?, offered = ? WHERE host = ?',
  );
  const readBoots = db.prepare<[string], string>('SELECT boots FROM enrolled_host WHERE id = ?').pluck();

  /** Most hosts say what they said before: a narrow row each, many to a page. */
  function put({ host, at, state, decision, offered, news }: Waiting): void {
    touch.run(at, watch.now().ms, state, decision, offered, host.number);
    if (!news) return;
    const { checkIn, said, boots } = news;
    tell.run({
      ...checkIn,
      said,
      number: host.number,
      boots: boots && JSON.stringify(boots),
      failed: JSON.stringify(checkIn.failed),
      cancelled: JSON.stringify(checkIn.cancelled ?? []),
      trouble: checkIn.trouble
        ? JSON.stringify({ code: checkIn.trouble.code, text: checkIn.trouble.text, since: at })
        : null,
    });
  }

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.size === 0) return;
    // neighbours share pages, and a page is written once for all of them
    const all = [...waiting.values()].sort((a, b) => a.host.number - b.host.number);
    for (let from = 0; from < all.length; from += atOnce) {
      const batch = all.slice(from, from + atOnce);
      await write(() => batch.forEach(put));
      for (const sighting of batch) {
        if (waiting.get(sighting.host.id) === sighting) waiting.delete(sighting.host.id);
      }
    }
  }

  return {
    add({ host, at, checkIn, said, boots, decision, offered }) {
      const before = waiting.get(host.id)?.news;
      const isNews = host.said !== said || host.boot !== checkIn.bootId || before;
      const news = isNews ? { checkIn, said, boots: boots ?? before?.boots ?? null } : null;
      waiting.set(host.id, { host, at, state: checkIn.at, decision, offered, news });
      host.said = said;
      host.boot = checkIn.bootId;
      timer ??= setTimeout(() => void flush().catch(() => {}), lastSeenDelayMs - 1000);
    },
    flush,
    boots: (host) => waiting.get(host)?.news?.boots ?? readJson<string[]>(readBoots.get(host), []),
    overlay(host) {
      const news = waiting.get(host.id)?.news;
      if (!news) return;
      host.said = news.said;
      host.boot = news.checkIn.bootId;
    },
  };
}
