import { openDatabase } from '../../../update-server/store/sqlite/open.ts';

const hourMs = 3_600_000;

/** Lets a rollout have begun that many hours ago. */
export function ageRollout(dataDir: string, id: string, hours: number): void {
  const db = openDatabase(dataDir);
  const then = new Date(Date.now() - hours * hourMs).toISOString();
  db.prepare(
    'UPDATE rollout SET created = @then, starts = @then, begun = @then, resumed = @then, ramp_ran = @ran WHERE id = @id',
  ).run({ then, id, ran: hours * hourMs });
  db.close();
}

/** Lays out over days what hosts did within seconds: a test cannot wait for it. The server must not run. */
export function ageFleet(
  dataDir: string,
  { rollout, silent, now }: { rollout: string; silent: readonly string[]; now: Date },
): void {
  const db = openDatabase(dataDir);
  const ago = (hours: number) => new Date(now.getTime() - hours * hourMs).toISOString();
  const age = db.transaction(() => {
    const grants = db
      .prepare<[string], { id: string; outcome: string | null }>(
        'SELECT id, outcome FROM host_grant WHERE rollout = ? ORDER BY granted',
      )
      .all(rollout);
    const move = db.prepare('UPDATE host_grant SET granted = ?, closed = ? WHERE id = ?');
    const report = db.prepare('UPDATE report SET at = ?, received = ? WHERE grant_id = ?');
    grants.forEach(({ id, outcome }, at) => {
      const share = at / grants.length;
      // a third in the first step of the ramp, the others since its second
      const begun = share < 0.4 ? 29.5 - share * 30 : 6 - (share - 0.4) * 9;
      const open = outcome === null;
      move.run(ago(open ? 0.4 : begun), open ? null : ago(begun - 0.5), id);
      const told = ago(open ? 0.2 : begun - 0.5);
      report.run(told, told, id);
    });
    for (const id of silent)
      db.prepare(
        'UPDATE sighting SET last_seen = ?, seen_ms = ? WHERE host = (SELECT number FROM host WHERE id = ?)',
      ).run(ago(60), -60 * hourMs, id);
    addHistory(db, ago);
  });
  age();
  db.close();
}

/** Two weeks of counts by version, as the server would have kept them. */
function addHistory(db: ReturnType<typeof openDatabase>, ago: (hours: number) => string): void {
  const put = db.prepare('INSERT OR REPLACE INTO version_count VALUES (?, ?, ?, ?)');
  for (let hours = 14 * 24; hours > 0; hours--) {
    const at = `${ago(hours).slice(0, 13)}:00:00.000Z`;
    const rising = (since: number, length: number) => Math.min(1, Math.max(0, (since - hours) / length));
    const [first, second] = [rising(330, 120), hours < 30 ? 0.03 + rising(30, 24) * 0.17 : 0];
    const newest = hours < 8 ? 10 : 0;
    const rest = 150 - newest;
    const counts = {
      '1.8.4': rest * (1 - first),
      '1.9.0': rest * first * (1 - second) - (hours < 30 ? 6 : 0),
      '2.0.0': rest * second + (hours < 30 ? 6 : 0),
      '2.1.0': newest,
    };
    for (const [version, hosts] of Object.entries(counts)) {
      if (hosts >= 1) put.run(at, 'core', version, Math.round(hosts));
    }
  }
}
