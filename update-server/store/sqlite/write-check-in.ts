import type Database from 'better-sqlite3';
import type { HostSummary } from '../../../protocol/api/operator.ts';
import { followTrouble } from '../../domain/hosts/reported.ts';
import type { CheckInRecord, HostRecord } from '../interface/hosts.ts';
import { readJson } from './read-json.ts';
import type { WatchClock } from './watch-clock.ts';

/** As little as can be: a hundred thousand may wait, and what waits long costs the garbage collector most. */
export interface WaitingCheckIn extends Pick<CheckInRecord, 'host' | 'at' | 'decision' | 'offered'> {
  state: string;
  /** What it had not reported before. */
  change: Pick<CheckInRecord, 'checkIn' | 'reported' | 'boots'> | null;
}

/** Writes one record. Most hosts report what they reported before: a narrow row each, many to a page. */
export function checkInWriter(db: Database.Database, watch: WatchClock): (record: WaitingCheckIn) => void {
  const putReported = db.prepare(
    `UPDATE enrolled_host SET name = @name, arch = @arch, channel = @channel, grp = @group, version = @version,
       boot_id = @bootId, root_hash = @rootHash, failed = @failed, cancelled = @cancelled,
       trouble = @trouble, labels = @labels, boots = coalesce(@boots, boots), said = @reported
     WHERE number = @number`,
  );
  const readTrouble = db
    .prepare<[number], string | null>('SELECT trouble FROM enrolled_host WHERE number = ?')
    .pluck();
  const touch = db.prepare<[string, number, string, string, string | null, number]>(
    'UPDATE sighting SET last_seen = ?, seen_ms = ?, at = ?, decision = ?, offered = ? WHERE host = ?',
  );

  function troubleOf(
    { number }: HostRecord,
    { trouble }: CheckInRecord['checkIn'],
    now: string,
  ): string | null {
    if (!trouble) return null;
    const before = readJson<HostSummary['trouble']>(readTrouble.get(number), null);
    return JSON.stringify(followTrouble(before, trouble, now));
  }

  return ({ host, at, state, decision, offered, change }) => {
    touch.run(at, watch.now().ms, state, decision, offered, host.number);
    if (!change) return;
    const { checkIn, reported, boots } = change;
    putReported.run({
      ...checkIn,
      reported,
      number: host.number,
      boots: boots && JSON.stringify(boots),
      failed: JSON.stringify(checkIn.failed),
      cancelled: JSON.stringify(checkIn.cancelled ?? []),
      labels: JSON.stringify(checkIn.labels ?? {}),
      trouble: troubleOf(host, checkIn, at),
    });
  };
}
