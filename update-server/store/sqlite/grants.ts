import type Database from 'better-sqlite3';
import { takeGrant } from '../../domain/rollout/take-grant.ts';
import { keptOf } from '../../domain/rollout/take-report.ts';
import type { GrantStore } from '../interface/grants.ts';
import type { GrantRows } from './grant-rows.ts';
import type { Write } from './group-commit.ts';
import { hostFlagsReader } from './host-flags.ts';
import type { RolloutRows } from './rollout-rows.ts';

/** Grants as hosts take them. */
export function grantStore(
  db: Database.Database,
  write: Write,
  rollouts: RolloutRows,
  grants: GrantRows,
): Pick<GrantStore, 'takeGrant' | 'hasOpenGrant'> {
  const readFlags = hostFlagsReader(db);
  return {
    takeGrant: (host, requested, now) =>
      write(() => {
        const facts = {
          host: readFlags(host),
          rollout: rollouts.byId(requested.rollout),
          open: grants.openOf(host),
        };
        const decision = takeGrant(facts, requested, now);
        grants.end(decision.ends, now);
        if ('none' in decision) return { none: decision.none };
        if ('renews' in decision) {
          const same = facts.open.find(({ id }) => id === decision.renews.id)!;
          return { grant: grants.renew(same, requested.expires, now) };
        }
        grants.insert(requested, host, decision.counted, now);
        const { grants: kept } = keptOf(decision.counted);
        if (kept !== null) grants.prune(host, kept);
        const { id, version, release, expires } = requested;
        return { grant: { id, version, release, expires } };
      }),
    hasOpenGrant: async (host, rollout) => grants.hasOpen(host, rollout),
  };
}
