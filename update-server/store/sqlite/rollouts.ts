import type Database from 'better-sqlite3';
import type { Channel } from '../../../protocol/documents/channel.ts';
import { PolicyText } from '../../../protocol/documents/policy.ts';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { problemOf } from '../../../protocol/schema/schema.ts';
import { noteResume } from '../../domain/rollout/apply-action.ts';
import { auditedState } from '../../domain/rollout/audit.ts';
import { archs, followedPolicy, followHead } from '../../domain/rollout/follow.ts';
import type { Rollout } from '../../domain/rollout/rollout.ts';
import type { NamedPolicy, NewRollout } from '../../domain/rollout/start.ts';
import type { Publication } from '../interface/repository.ts';
import type { RolloutStore } from '../interface/rollouts.ts';
import type { AddAudit, Facts } from './audit.ts';
import type { FleetFacts } from './fleet-facts.ts';
import type { Write } from './group-commit.ts';
import { readJson } from './read-json.ts';
import type { RolloutRows } from './rollout-rows.ts';
import type { WatchClock } from './watch-clock.ts';

type OwnStore = Pick<
  RolloutStore,
  | 'currentRollout'
  | 'currentRollouts'
  | 'rollout'
  | 'rollouts'
  | 'startRollouts'
  | 'changeRollout'
  | 'policy'
  | 'setPolicy'
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
): OwnStore & { follow(channel: Channel, by: Pick<Publication, 'policy' | 'starts'>, now: string): void } {
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
      throw new InterlockError('bad_input', { what, problem: `${problem}; set it again` });
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

  function follow(channel: Channel, by: Pick<Publication, 'policy' | 'starts'>, now: string): void {
    const { name, channel: word } = channel;
    const current = archs.flatMap((arch) => rows.current(name, word, arch) ?? []);
    const policy = followedPolicy(by.policy, () => policyOf(name, word));
    const { superseded, started } = followHead(channel, current, policy, now, by.starts);
    for (const arch of superseded) rows.supersede(name, word, arch);
    start(started);
  }

  return {
    follow,
    currentRollout: async (name, channel, arch) => rows.current(name, channel, arch),
    currentRollouts: async () => rows.allCurrent().toSorted((a, b) => b.created.localeCompare(a.created)),
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
        const { rollout, excuses } = noteResume(present, change(present), watch.now().ms);
        if (excuses) excuse(id);
        rows.update(rollout);
        addAudit(audit, auditedState(present), auditedState(rollout));
        return rollout;
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

/** Which version goes to which architecture, by which rollout. */
function versionsOf(rollouts: readonly Pick<Rollout, 'id' | 'arch' | 'version'>[]): Facts {
  return Object.fromEntries(rollouts.map(({ id, arch, version }) => [arch, { version, rollout: id }]));
}
