import type Database from 'better-sqlite3';
import type { Channel } from '../../../protocol/channel.ts';
import { asInterlockError, InterlockError } from '../../../protocol/errors.ts';
import { PolicyText } from '../../../protocol/policy.ts';
import { problemOf } from '../../../protocol/schema.ts';
import { type CanaryFacts, haltReason, judgeCanary } from '../../rollout/judge.ts';
import { choosePolicy, usualPolicy } from '../../rollout/policies.ts';
import { activeMs, type Rollout } from '../../rollout/rollout.ts';
import { type NamedPolicy, type NewRollout, rolloutsOf } from '../../rollout/start.ts';
import { passCanary, stop } from '../../rollout/steer.ts';
import type { Store } from '../store.ts';
import type { AddAudit, Facts } from './audit.ts';
import type { Write } from './group-commit.ts';
import { openGrants } from './open-grants.ts';
import { readJson } from './read-json.ts';
import type { RolloutRows } from './rollout-rows.ts';

type RolloutStore = Pick<
  Store,
  | 'currentRollout'
  | 'rollout'
  | 'rollouts'
  | 'startRollouts'
  | 'changeRollout'
  | 'tick'
  | 'policy'
  | 'setPolicy'
>;

/** Rollouts, the channels' policies, and what time does to them. */
export function rolloutStore(
  db: Database.Database,
  write: Write,
  rows: RolloutRows,
  addAudit: AddAudit,
): RolloutStore & { follow(channel: Channel, policy: NamedPolicy | undefined, now: string): void } {
  const grants = openGrants(db, rows);
  const countActive = activeCounter(db);
  const canaryFacts = canaryReader(db);
  const readPolicyRow = db.prepare<[string, string], { name: string; text: string }>(
    'SELECT policy_name AS name, policy AS text FROM policy WHERE name = ? AND channel = ?',
  );
  const putPolicy = db.prepare('INSERT OR REPLACE INTO policy VALUES (?, ?, ?, ?)');

  function policyOf(name: string, channel: string): NamedPolicy | undefined {
    const row = readPolicyRow.get(name, channel);
    if (!row) return undefined;
    const text = readJson<unknown>(row.text, null);
    const problem = problemOf(PolicyText, text);
    if (problem) {
      const what = `the stored policy of ${name} ${channel}`;
      throw new InterlockError('bad_input', { what, problem: `${problem}; set it anew` });
    }
    return { name: row.name, text: text as PolicyText };
  }

  function start(rollouts: readonly NewRollout[], now: string): void {
    for (const rollout of rollouts) {
      const { name, channel, arch } = rollout;
      rows.supersede(name, channel, arch);
      rows.insert(rollout, countActive(rollout, now));
    }
  }

  /** A head that changed is rolled out from now on; one that did not goes on as it was. */
  function follow(channel: Channel, policy: NamedPolicy | undefined, now: string): void {
    const { name, channel: word } = channel;
    const chosen = policy ?? policyOf(name, word) ?? choosePolicy(usualPolicy);
    for (const arch of ['x86-64', 'arm64'] as const) {
      const current = rows.current(name, word, arch);
      if (current && current.release === channel.head.releases[arch]) continue;
      if (current) rows.supersede(name, word, arch);
      start(
        rolloutsOf(channel, chosen, now).filter((rollout) => rollout.arch === arch),
        now,
      );
    }
  }

  function advance(rollout: Rollout, now: Date): void {
    const at = now.toISOString();
    const { silentAfterMs, canary } = rollout.policy;
    grants.silence(rollout.id, new Date(now.getTime() - silentAfterMs).toISOString(), at);
    // whoever flipped before the rollout stopped fails then, not at the resume that counts anew
    if (rollout.state !== 'running') return;
    const present = { ...rows.byId(rollout.id)!, active: countActive(rollout, at) };
    const next = judge(present, now);
    if (next.state === 'halted' || next.canaryPassed !== rollout.canaryPassed) {
      const [action, detail] =
        next.state === 'halted' ? ['halt', next.reason] : ['canary passed', `group ${canary?.group}`];
      addAudit(
        { at, who: 'server', action, subject: `rollout ${rollout.id}`, detail },
        standOf(rollout),
        standOf(next),
      );
    }
    if (
      next.state !== rollout.state ||
      next.active !== rollout.active ||
      next.canaryPassed !== rollout.canaryPassed
    ) {
      rows.update(next);
    }
  }

  function judge(rollout: Rollout, now: Date): Rollout {
    const reason = haltReason(rollout);
    if (reason) return stop(rollout, 'halted', now, reason);
    if (!rollout.policy.canary || rollout.canaryPassed || Date.parse(rollout.starts) > now.getTime())
      return rollout;
    const verdict = judgeCanary(rollout, canaryFacts(rollout, now), now);
    if (verdict === 'wait') return rollout;
    return verdict === 'passed' ? passCanary(rollout, now) : stop(rollout, 'halted', now, verdict.halt);
  }

  return {
    follow,
    currentRollout: async (name, channel, arch) => rows.current(name, channel, arch),
    rollout: async (id) => rows.byId(id),
    rollouts: async (name, channel, limit) => rows.list(name, channel, limit),
    startRollouts: (rollouts, audit) =>
      write(() => {
        const before = rollouts.flatMap(({ name, channel, arch }) => rows.current(name, channel, arch) ?? []);
        start(rollouts, audit.at);
        addAudit(audit, versionsOf(before), versionsOf(rollouts));
      }),
    changeRollout: (id, change, audit) =>
      write(() => {
        const present = rows.byId(id);
        if (!present) return undefined;
        const next = change(present);
        rows.update(next);
        addAudit(audit, standOf(present), standOf(next));
        return next;
      }),
    tick: (now) =>
      write(() => {
        grants.lapse(now.toISOString());
        // each by itself: what fails in one holds up none of the others
        const alone = db.transaction(advance);
        const problems: string[] = [];
        for (const rollout of rows.allCurrent()) {
          try {
            alone(rollout, now);
          } catch (error) {
            problems.push(`rollout ${rollout.id}: ${asInterlockError(error).message}`);
          }
        }
        return problems;
      }),
    policy: async (name, channel) => policyOf(name, channel),
    setPolicy: (name, channel, policy, audit) =>
      write(() => {
        const before = readPolicyRow.get(name, channel);
        putPolicy.run(name, channel, policy.name, JSON.stringify(policy.text));
        addAudit(audit, before && { ...before, text: readJson<unknown>(before.text, before.text) }, {
          ...policy,
        });
      }),
  };
}

/** What of a rollout people and time change. */
function standOf({ state, reason, full, canaryPassed }: Rollout): Facts {
  return { state, reason, full, canaryPassed };
}

/** Which version goes to which architecture, by which rollout. */
function versionsOf(rollouts: readonly Pick<Rollout, 'id' | 'arch' | 'version'>[]): Facts {
  return Object.fromEntries(rollouts.map(({ id, arch, version }) => [arch, { version, rollout: id }]));
}

/** A count of so many hosts is good for a second: a million are not counted anew each time that something is due. */
const countedEachSecond = 1000;

function activeCounter(db: Database.Database) {
  const query = db
    .prepare<[string, string, string, string], number>(
      `SELECT count(*) FROM host WHERE name = ? AND channel = ? AND arch = ? AND last_seen >= ? AND approved = 1`,
    )
    .pluck();
  const counts = new Map<string, { count: number; at: number }>();
  return ({ name, channel, arch }: Pick<Rollout, 'name' | 'channel' | 'arch'>, now: string): number => {
    const at = Date.parse(now);
    const key = `${name} ${channel} ${arch}`;
    const last = counts.get(key);
    if (last && Math.abs(at - last.at) < (last.count / countedEachSecond) * 1000) return last.count;
    const count = query.get(name, channel, arch, new Date(at - activeMs).toISOString())!;
    counts.set(key, { count, at });
    return count;
  };
}

function canaryReader(db: Database.Database) {
  const facts = db.prepare<Record<string, string>, CanaryFacts>(
    `SELECT count(*) AS active, coalesce(sum(version = @version), 0) AS confirmed,
       max(CASE WHEN version = @version THEN coalesce((
         SELECT max(closed) FROM host_grant
         WHERE host = host.id AND rollout = @id AND outcome = 'confirmed'), @created) END) AS last
     FROM host WHERE name = @name AND channel = @channel AND arch = @arch AND coalesce(placed, grp) = @group
       AND last_seen >= @since AND approved = 1`,
  );
  return ({ id, name, channel, arch, version, created, policy }: Rollout, now: Date): CanaryFacts =>
    facts.get({
      ...{ id, name, channel, arch, version, created },
      group: policy.canary!.group,
      since: new Date(now.getTime() - activeMs).toISOString(),
    })!;
}
