import type Database from 'better-sqlite3';
import type { HostSummary } from '../../../protocol/api/operator.ts';
import { followTrouble } from '../../domain/hosts/reported.ts';
import type { CheckInRecord, HostRecord } from '../interface/hosts.ts';
import { readJson } from './read-json.ts';
import type { WatchClock } from './watch-clock.ts';

/** Check-ins that differed from the one before, kept per host: some updates' worth. */
const keptChanges = 30;

/** As little as can be: a hundred thousand may wait, and what waits long costs the garbage collector most. */
export interface WaitingCheckIn extends Pick<CheckInRecord, 'host' | 'at' | 'decision' | 'offered'> {
  state: string;
  poll: number | null;
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
  // most check-ins are as the one before, and this asks the narrow table alone
  const differs = db
    .prepare<[number, string, string, string | null], 1>(
      'SELECT 1 FROM sighting WHERE host = ? AND (decision IS NOT ? OR at IS NOT ? OR offered IS NOT ?)',
    )
    .pluck();
  // what a busy server answers says nothing about the host, and it would write most when it can least
  const noteChange = db.prepare(
    `INSERT OR REPLACE INTO check_in_change
       SELECT @number, @at, coalesce(@version, enrolled_host.version), @state, @decision, @offered
       FROM sighting JOIN enrolled_host ON number = host
       WHERE host = @number AND @decision <> 'busy' AND (decision IS NOT @decision OR sighting.at IS NOT @state
         OR offered IS NOT @offered OR @version IS NOT NULL AND version IS NOT @version)
         AND coalesce(@version, version) IS NOT NULL`,
  );
  const prune = db.prepare(
    `DELETE FROM check_in_change WHERE host = @number AND at <=
       (SELECT at FROM check_in_change WHERE host = @number ORDER BY at DESC LIMIT 1 OFFSET ${keptChanges})`,
  );
  const readTrouble = db
    .prepare<[number], string | null>('SELECT trouble FROM enrolled_host WHERE number = ?')
    .pluck();
  const touch = db.prepare<[string, number, string, string, string | null, number | null, number]>(
    `UPDATE sighting SET last_seen = ?, seen_ms = ?, at = ?, decision = ?, offered = ?, poll = coalesce(?, poll)
     WHERE host = ?`,
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

  return ({ host, at, state, poll, decision, offered, change }) => {
    const version = change?.checkIn.version ?? null;
    const { number } = host;
    const isDifferent = change !== null || differs.get(number, decision, state, offered) === 1;
    const noted = isDifferent ? noteChange.run({ number, at, version, state, decision, offered }).changes : 0;
    if (noted > 0) prune.run({ number });
    touch.run(at, watch.now().ms, state, decision, offered, poll, host.number);
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
