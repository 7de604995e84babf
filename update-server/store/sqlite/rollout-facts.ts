import type Database from 'better-sqlite3';
import type { ProgressStep, RolloutFacts } from '../../domain/rollout/summary.ts';
import type { FleetFacts } from './fleet-facts.ts';
import { namedHosts } from './named-hosts.ts';
import type { RolloutRows } from './rollout-rows.ts';

/** Reads what only a rollout's own page shows. */
export function rolloutFacts(
  db: Database.Database,
  rows: RolloutRows,
  progress: (id: string) => ProgressStep[],
  facts: FleetFacts,
) {
  const named = namedHosts(db, facts);
  const waiting = db.prepare<Record<string, string>, RolloutFacts['waiting'][number]>(
    `SELECT decision AS reason, count(*) AS hosts FROM host
     WHERE name = @name AND channel = @channel AND arch = @arch AND last_seen >= @since AND decision IS NOT NULL
     GROUP BY decision ORDER BY hosts DESC`,
  );
  return (id: string, since: string): RolloutFacts | undefined => {
    const rollout = rows.byId(id);
    if (!rollout) return undefined;
    const { name, channel, arch } = rollout;
    return {
      policyText: rows.policyText(id),
      waiting: waiting.all({ name, channel, arch, since }),
      steps: progress(id),
      hosts: facts.hostsOf(rollout),
      named: named(rollout),
    };
  };
}
