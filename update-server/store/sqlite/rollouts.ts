import type Database from 'better-sqlite3';
import type { Channel } from '../../../protocol/documents/channel.ts';
import { PolicyText } from '../../../protocol/documents/policy.ts';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { problemOf } from '../../../protocol/schema/schema.ts';
import { choosePolicy, usualPolicy } from '../../domain/rollout/policies.ts';
import type { Rollout } from '../../domain/rollout/rollout.ts';
import { type NamedPolicy, type NewRollout, rolloutsOf } from '../../domain/rollout/start.ts';
import type { Store } from '../interface/store.ts';
import type { AddAudit, Facts } from './audit.ts';
import type { FleetFacts } from './fleet-facts.ts';
import type { Write } from './group-commit.ts';
import { readJson } from './read-json.ts';
import type { RolloutRows } from './rollout-rows.ts';
import type { WatchClock } from './watch-clock.ts';

type RolloutStore = Pick<
  Store,
  'currentRollout' | 'rollout' | 'rollouts' | 'startRollouts' | 'changeRollout' | 'policy' | 'setPolicy'
>;

/** Rollouts, the channels' policies, and what time does to them. */
export function rolloutStore(
  db: Database.Database,
  write: Write,
  rows: RolloutRows,
  addAudit: AddAudit,
  { countActive }: Pick<FleetFacts, 'countActive'>,
  watch: WatchClock,
  excuse: (rollout: string) => void,
): RolloutStore & { follow(channel: Channel, policy: NamedPolicy | undefined, now: string): void } {
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

  function start(rollouts: readonly NewRollout[]): void {
    for (const rollout of rollouts) {
      const { name, channel, arch } = rollout;
      rows.supersede(name, channel, arch);
      rows.insert(rollout, countActive(rollout));
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
      start(rolloutsOf(channel, chosen, now).filter((rollout) => rollout.arch === arch));
    }
  }

  /** What failed before a resume counts no more, and the canary's time begins anew. */
  function resumedNow(present: Rollout, next: Rollout): Rollout {
    if (next.state !== 'running' || present.state === 'running' || present.state === 'completed') return next;
    excuse(present.id);
    return { ...next, resumedMs: watch.now().ms };
  }

  return {
    follow,
    currentRollout: async (name, channel, arch) => rows.current(name, channel, arch),
    rollout: async (id) => rows.byId(id),
    rollouts: async (name, channel, limit) => rows.list(name, channel, limit),
    startRollouts: (rollouts, audit) =>
      write(() => {
        const before = rollouts.flatMap(({ name, channel, arch }) => rows.current(name, channel, arch) ?? []);
        start(rollouts);
        addAudit(audit, versionsOf(before), versionsOf(rollouts));
      }),
    changeRollout: (id, change, audit) =>
      write(() => {
        const present = rows.byId(id);
        if (!present) return undefined;
        const next = resumedNow(present, change(present));
        rows.update(next);
        addAudit(audit, standOf(present), standOf(next));
        return next;
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
export function standOf({ state, reason, full, canaryPassed }: Rollout): Facts {
  return { state, reason, full, canaryPassed };
}

/** Which version goes to which architecture, by which rollout. */
function versionsOf(rollouts: readonly Pick<Rollout, 'id' | 'arch' | 'version'>[]): Facts {
  return Object.fromEntries(rollouts.map(({ id, arch, version }) => [arch, { version, rollout: id }]));
}
