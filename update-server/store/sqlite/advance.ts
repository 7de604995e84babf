import type Database from 'better-sqlite3';
import { asInterlockError } from '../../../protocol/errors/interlock-error.ts';
import { advance, factsNeeded, type TickTime } from '../../domain/rollout/advance.ts';
import { endAll } from '../../domain/rollout/grant-end.ts';
import { silentSpan } from '../../domain/rollout/watched.ts';
import type { RolloutStore } from '../interface/rollouts.ts';
import type { FleetFacts } from './fleet-facts.ts';
import type { GrantRows } from './grant-rows.ts';
import type { Write } from './group-commit.ts';
import type { HaltRows } from './halt-rows.ts';
import type { RolloutRows } from './rollout-rows.ts';
import type { WatchClock } from './watch-clock.ts';

interface Parts {
  rows: RolloutRows;
  grants: GrantRows;
  facts: FleetFacts;
  halts: HaltRows;
  watch: WatchClock;
}

/** What time does to rollouts and grants. */
export function advanceStore(
  db: Database.Database,
  write: Write,
  { rows, grants, facts, halts, watch }: Parts,
): Pick<RolloutStore, 'advance'> {
  function endSilent(id: string, now: string): void {
    const rollout = rows.byId(id);
    if (!rollout) return;
    const span = silentSpan(watch.now(), rollout.policy.silentAfterMs);
    grants.end(endAll(grants.silent(id, span), 'silent', now), now);
  }

  function advanceOne(id: string, time: TickTime): void {
    const present = rows.byId(id)!;
    const needed = factsNeeded(present, time);
    const behind = needed.behind ? halts.behind(present) : [];
    const change = advance(
      present,
      {
        active: facts.countActive(present),
        canary: needed.canary ? facts.canary(present) : undefined,
        counts: needed.counts ? facts.hostsOf(present) : undefined,
        silent: needed.silent ? halts.silent(present) : [],
        behind,
        hasOperatorActed: needed.behind && halts.hasOperatorActed(present, behind),
      },
      time,
    );
    if (change) halts.write(change, time.now.toISOString());
  }

  return {
    advance: (now, coveredMs) =>
      write(() => {
        watch.advance(coveredMs);
        rows.forget();
        const at = now.toISOString();
        grants.end(endAll(grants.lapsed(), 'lapsed', at), at);
        const problems: string[] = [];
        // each by itself: what fails in one holds up none of the others
        const alone = db.transaction((work: () => void) => work());
        const attempt = (id: string, work: () => void) => {
          try {
            alone(work);
          } catch (error) {
            problems.push(`rollout ${id}: ${asInterlockError(error).message}`);
          }
        };
        const time = { now, watchedMs: watch.now().ms, coveredMs };
        for (const id of grants.awaited()) attempt(id, () => endSilent(id, at));
        for (const { id } of rows.allCurrent()) attempt(id, () => advanceOne(id, time));
        return problems;
      }),
  };
}
