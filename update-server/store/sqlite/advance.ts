import type Database from 'better-sqlite3';
import { asInterlockError } from '../../../protocol/errors/interlock-error.ts';
import { passCanary, stop } from '../../domain/rollout/apply-action.ts';
import { haltReason, judgeCanary } from '../../domain/rollout/judge.ts';
import { lift, mayLift } from '../../domain/rollout/lift.ts';
import { finishUp, mayBeOver } from '../../domain/rollout/over.ts';
import { isOpen, keepPace, type Rollout } from '../../domain/rollout/rollout.ts';
import { silentSpan } from '../../domain/rollout/watched.ts';
import type { Store } from '../interface/store.ts';
import type { AddAudit } from './audit.ts';
import type { FleetFacts } from './fleet-facts.ts';
import type { Write } from './group-commit.ts';
import type { halter } from './halt.ts';
import type { OpenGrants } from './open-grants.ts';
import type { RolloutRows } from './rollout-rows.ts';
import { standOf } from './rollouts.ts';
import type { WatchClock } from './watch-clock.ts';

interface Parts {
  rows: RolloutRows;
  grants: OpenGrants;
  facts: FleetFacts;
  halts: ReturnType<typeof halter>;
  watch: WatchClock;
  addAudit: AddAudit;
}

/** What time does to rollouts and grants. */
export function tickStore(db: Database.Database, write: Write, parts: Parts): Pick<Store, 'tick'> {
  const { rows, grants, facts, halts, watch, addAudit } = parts;

  function audit(rollout: Rollout, next: Rollout, now: Date, action: string, detail: string): void {
    const line = { at: now.toISOString(), who: 'server', action, subject: `rollout ${rollout.id}`, detail };
    addAudit(line, standOf(rollout), standOf(next));
  }

  function silence(id: string, now: Date): void {
    const rollout = rows.byId(id);
    if (!rollout) return;
    grants.silence(id, silentSpan(watch.now(), rollout.policy.silentAfterMs), now.toISOString());
  }

  function advance(id: string, now: Date, coveredMs: number): void {
    const present = rows.byId(id)!;
    if (present.bad !== null) return;
    const paced = keepPace(present, now, watch.now().ms, coveredMs);
    const next = { ...paced, active: facts.countActive(present) };
    if (next.state === 'halted') liftIfDue(next, now);
    else if (isOpen(next)) judge(next, now);
    else if (next.begun !== present.begun) rows.update(next);
  }

  function judge(rollout: Rollout, now: Date): void {
    const reason = haltReason(rollout);
    if (reason) {
      halts.halt(rollout, reason, now);
      return;
    }
    const next = finish(throughCanary(rollout, now), now);
    if (next.state === 'halted') {
      halts.halt(rollout, next.reason, now);
      return;
    }
    if (next.canaryPassed !== rollout.canaryPassed) {
      audit(rollout, next, now, 'canary passed', `group ${rollout.policy.canary?.group}`);
    }
    if (next.state === 'completed' && rollout.state !== 'completed') {
      audit(rollout, next, now, 'complete', `${next.counts.confirmed} good, ${next.counts.failed} failed`);
    }
    rows.update(next);
  }

  function throughCanary(rollout: Rollout, now: Date): Rollout {
    if (!rollout.policy.canary || rollout.canaryPassed || !rollout.begun) return rollout;
    const verdict = judgeCanary(rollout, facts.canary(rollout), watch.now().ms);
    if (verdict === 'wait') return rollout;
    return verdict === 'passed' ? passCanary(rollout, now) : stop(rollout, 'halted', now, verdict.halt);
  }

  function finish(rollout: Rollout, now: Date): Rollout {
    return mayBeOver(rollout, now) ? finishUp(rollout, facts.tally(rollout), now) : rollout;
  }

  function liftIfDue(rollout: Rollout, now: Date): void {
    const behind = halts.behind(rollout);
    const outcomes = behind.map(({ outcome }) => outcome);
    const isWhole = behind.length === rollout.haltedFor.length;
    if (!isWhole || !mayLift(rollout, outcomes, halts.hasOperatorActed(rollout, behind))) return;
    const names = behind.map(({ hostname, host }) => `${hostname} (${host})`).join(', ');
    const next = lift(rollout, now, 'it went on by itself: everybody who was silent has confirmed');
    audit(rollout, next, now, 'lift halt', `silent, and since confirmed: ${names}`);
    rows.update(next);
  }

  return {
    tick: (now, coveredMs) =>
      write(() => {
        watch.advance(coveredMs);
        rows.forget();
        grants.lapse(now.toISOString());
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
        for (const id of grants.awaited()) attempt(id, () => silence(id, now));
        for (const { id } of rows.allCurrent()) attempt(id, () => advance(id, now, coveredMs));
        return problems;
      }),
  };
}
