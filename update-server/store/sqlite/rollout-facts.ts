import type Database from 'better-sqlite3';
import type { Channel } from '../../../protocol/documents/channel.ts';
import { goodVersion } from '../../domain/rollout/good-version.ts';
import type { ProgressStep, RolloutFacts } from '../../domain/rollout/summary.ts';
import type { FleetFacts } from './fleet-facts.ts';
import { namedHosts } from './named-hosts.ts';
import type { RolloutRows } from './rollout-rows.ts';

/** Earlier rollouts among which a good version is looked for. */
const earlierSeen = 200;

/** Reads what only a rollout's own page shows. */
export function rolloutFacts(
  db: Database.Database,
  rows: RolloutRows,
  progress: (id: string) => ProgressStep[],
  facts: FleetFacts,
  channelOf: (name: string, channel: string) => Channel | undefined,
) {
  const mostRun = db
    .prepare<Record<string, string>, string>(
      `SELECT version FROM host WHERE name = @name AND channel = @channel AND arch = @arch AND last_seen >= @since
         AND version <> @version GROUP BY version ORDER BY count(*) DESC LIMIT 1`,
    )
    .pluck();
  const named = namedHosts(db, facts);
  const waiting = db.prepare<Record<string, string>, RolloutFacts['waiting'][number]>(
    `SELECT decision AS reason, count(*) AS hosts FROM host
     WHERE name = @name AND channel = @channel AND arch = @arch AND last_seen >= @since AND decision IS NOT NULL
     GROUP BY decision ORDER BY hosts DESC`,
  );
  return (id: string, since: string): RolloutFacts | undefined => {
    const rollout = rows.byId(id);
    if (!rollout) return undefined;
    const { name, channel, arch, version } = rollout;
    const before = rows.list(name, channel, earlierSeen);
    const most = mostRun.get({ name, channel, arch, since, version }) ?? null;
    return {
      policyText: rows.policyText(id),
      waiting: waiting.all({ name, channel, arch, since }),
      steps: progress(id),
      hosts: facts.hostsOf(rollout),
      named: named(rollout),
      goBack: goodVersion(rollout, before, most, channelOf(name, channel)),
    };
  };
}
