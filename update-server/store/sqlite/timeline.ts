import type Database from 'better-sqlite3';
import type { HostEvent } from '../../../protocol/api/hosts.ts';
import type { HostStore } from '../interface/hosts.ts';

/** Entries read of each kind; reports and grants are bounded where they are written. */
const mostLines = 200;

type Event<What extends HostEvent['what']> = Extract<HostEvent, { what: What }>;
type RowOf<What extends HostEvent['what']> = Omit<Event<What>, 'what'>;

/** What happened to a host, from the tables that each part of it is written to. */
export function timelineStore(db: Database.Database): Pick<HostStore, 'timeline'> {
  const host = db.prepare<[string], { number: number; enrolled: string }>(
    'SELECT number, enrolled FROM enrolled_host WHERE id = ?',
  );
  const checkIns = db.prepare<[number], RowOf<'check_in'>>(
    'SELECT at, version, state, decision, offered FROM check_in_change WHERE host = ? ORDER BY at',
  );
  const grants = db.prepare<
    [string],
    {
      version: string;
      granted: string;
      closed: string | null;
      outcome: string | null;
      endedBy: string | null;
    }
  >(
    'SELECT version, granted, closed, outcome, ended_by AS endedBy FROM host_grant WHERE host = ? ORDER BY granted',
  );
  const reports = db.prepare<[string], RowOf<'report'>>(
    'SELECT at, kind, from_version AS "from", version, detail FROM report WHERE host = ? ORDER BY seq',
  );
  const lines = db.prepare<[string, number], RowOf<'operator'>>(
    'SELECT at, who, action, detail AS reason FROM audit WHERE subject = ? ORDER BY seq DESC LIMIT ?',
  );

  return {
    async timeline(id) {
      const found = host.get(id);
      if (!found) return undefined;
      const granted = grants.all(id);
      const events: HostEvent[] = [
        { at: found.enrolled, what: 'enrolled' },
        ...checkIns.all(found.number).map((row): HostEvent => ({ ...row, what: 'check_in' })),
        ...granted.map(({ granted: at, version }): HostEvent => ({ at, what: 'granted', version })),
        ...granted.flatMap(({ closed: at, version, outcome, endedBy }): HostEvent[] =>
          at && outcome && endedBy !== 'report' ? [{ at, what: 'ended', version, outcome }] : [],
        ),
        ...reports.all(id).map((row): HostEvent => ({ ...row, what: 'report' })),
        ...lines
          .all(`host ${id}`, mostLines)
          .reverse()
          .filter(({ action }) => action !== 'enroll' && action !== 'enrol')
          .map((row): HostEvent => ({ ...row, what: 'operator' })),
      ];
      // with equal times, what stands later in the list happened later
      return events.reverse().toSorted((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
    },
  };
}
