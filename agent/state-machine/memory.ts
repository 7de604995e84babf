import { type Static, Type } from 'typebox';
import { Report } from '../../protocol/api/check-in.ts';
import { orNull } from '../../protocol/schema/schema.ts';
import { Running } from '../ports/host.ts';
import { Hold, Standing } from '../ports/lock.ts';
import { Task } from '../ports/tasks.ts';
import { Goal, Target } from '../ports/trust.ts';

const Text = Type.String();
const Flag = Type.Boolean();
const Generation = Type.Integer({ minimum: 0 });

/** The way to a version. `target` null: flip back to the other slot as it is. */
const Plan = Type.Object({
  goal: Goal,
  target: orNull(Target),
  /** End of the server's grant; null for an operator's order. */
  expires: orNull(Text),
});
export type Plan = Static<typeof Plan>;

/** How maintenance ended. */
const End = Type.Object({ ok: Flag, problem: Text });
export type End = Static<typeof End>;

/** What a phase remembers when there is a version on its way and a place in the lock that is or may be held. */
const onTheWay = { goal: Goal, hold: Hold };

/** A phase of an update: a fact that was reached, with what the next step needs. */
const Phase = Type.Union([
  Type.Object({ at: Type.Literal('idle') }),
  /** Signed metadata named the target. */
  Type.Object({ at: Type.Literal('offered'), plan: Type.Object({ ...Plan.properties, target: Target }) }),
  /** The inactive slot holds the target, whole. `fresh`: the server has been asked again since. */
  Type.Object({ at: Type.Literal('written'), plan: Plan, fresh: Flag }),
  /** A place may be held. `drawn`: the nonce was not used yet; `maybe`: an earlier attempt may have succeeded. */
  Type.Object({ at: Type.Literal('acquiring'), plan: Plan, attempt: Hold, drawn: Flag, maybe: Flag }),
  /** A place is held. `drained`: the pre-reboot hooks have run. */
  Type.Object({ at: Type.Literal('locked'), plan: Plan, hold: Hold, drained: Flag }),
  /** The boot pointer names the target. `attempt`: the re-confirmation under way. */
  Type.Object({
    at: Type.Literal('flipped'),
    ...onTheWay,
    generation: Generation,
    attempt: orNull(Hold),
  }),
  /** From here on only a new, healthy boot gives the place back. `confirmed`: by a transaction of this run. */
  Type.Object({
    at: Type.Literal('rebooting'),
    ...onTheWay,
    generation: Generation,
    attempt: orNull(Hold),
    confirmed: Flag,
  }),
  /** The target runs, on trial. */
  Type.Object({ at: Type.Literal('trying'), ...onTheWay, generation: Generation, healthy: Flag }),
  /** The target runs and is marked good. */
  Type.Object({ at: Type.Literal('confirmed'), ...onTheWay }),
  /** The target runs and failed its health checks. */
  Type.Object({
    at: Type.Literal('condemned'),
    ...onTheWay,
    generation: Generation,
    reason: Text,
    marked: Flag,
  }),
  /** The old slot runs again. `generation`: the entry to take back. `failed`: whether the version is to blame. */
  Type.Object({
    at: Type.Literal('fellBack'),
    ...onTheWay,
    generation: orNull(Generation),
    reason: Text,
    failed: Flag,
  }),
  /** The old slot runs again and is healthy. */
  Type.Object({ at: Type.Literal('healed'), ...onTheWay, reason: Text, failed: Flag }),
  /**
   * Given up before the reboot. `generation`: a flip to take back first; `any`: one that may not be recorded.
   * `drained`: pre-reboot hooks may have run, so those for a host that is back come before the place goes.
   */
  Type.Object({
    at: Type.Literal('cancelling'),
    ...onTheWay,
    generation: Type.Union([Generation, Type.Literal('any'), Type.Null()]),
    drained: Type.Optional(Flag),
    reason: Text,
  }),
  /** Confirmed, and the place is given back. */
  Type.Object({ at: Type.Literal('finished'), goal: Goal }),
  /** Maintenance was ordered; no place is held. */
  Type.Object({ at: Type.Literal('wanted'), task: Task }),
  /** A place for it may be held, as in `acquiring`. */
  Type.Object({ at: Type.Literal('asking'), task: Task, attempt: Hold, drawn: Flag, maybe: Flag }),
  /** A place is held for a reboot. `drained`: the pre-reboot hooks have run; `attempt`: the re-confirmation under way. */
  Type.Object({
    at: Type.Literal('holding'),
    task: Task,
    hold: Hold,
    drained: Flag,
    attempt: orNull(Hold),
  }),
  /** The task may run, and may take the host down. `lost`: it was cut off, and only a new boot tells how the host fares. */
  Type.Object({ at: Type.Literal('working'), task: Task, hold: Hold, lost: Flag }),
  /** As `rebooting`, without another version. */
  Type.Object({
    at: Type.Literal('restarting'),
    task: Task,
    hold: Hold,
    attempt: orNull(Hold),
    confirmed: Flag,
  }),
  /** The task has ended, or a new boot has ended it. `drained`: hooks for a host that is back come before the place goes. */
  Type.Object({ at: Type.Literal('returning'), task: Task, hold: Hold, end: End, drained: Flag }),
]);
export type Phase = Static<typeof Phase>;

/** Something that is wrong, by its code and in words. */
const Problem = Type.Object({ at: Text, code: Text, problem: Text });
export type Problem = Static<typeof Problem>;

/** Something that was lost. */
const Loss = Type.Object({
  ...Problem.properties,
  /** An update has begun since. */
  isBefore: Type.Optional(Flag),
  /** The lock showed no place that this host does not know of. */
  isAsked: Type.Optional(Flag),
});

/** How the last look for an update ended, in the server's or the signed metadata's words. */
const Look = Type.Object({
  at: Text,
  /** Version offered, or null. */
  offered: orNull(Text),
  /** A none reason, an error code, or empty. */
  reason: Text,
  problem: Text,
  /** The server knows the host, and nobody has approved it. */
  unapproved: Type.Optional(Flag),
});

const SlotContent = Type.Object({ version: Text, rootHash: Text });

/** Everything the agent remembers; one JSON file. Times are RFC 3339 in UTC. */
export const Memory = Type.Object({
  format: Type.Literal(1),
  phase: Phase,
  since: Text,
  running: orNull(Running),
  /** Boot ids this host had, oldest first, the present one last. */
  boots: Type.Array(Text),
  /** A power cut happened while a place may have been held, and health was not seen since. */
  unproven: Flag,
  /** Nothing is done before `until`. */
  wait: orNull(Type.Object({ until: Text, reason: Text })),
  /** Failed tries of the present phase's effect. */
  tries: Type.Integer({ minimum: 0 }),
  /** Pause before something is tried again, in seconds. */
  retrySeconds: Type.Number({ minimum: 0 }),
  /** Highest etcd revision seen, by cluster id. */
  seen: Type.Record(Text, Type.String({ pattern: '^\\d+$' })),
  reports: Type.Array(Report),
  reportCount: Type.Integer({ minimum: 0 }),
  /** By root hash; not tried again until an operator says so. */
  failed: Type.Record(Text, Type.Object({ version: Text, reason: Text, at: Text })),
  /** By root hash: what an operator gave up here, under every version that it was met as; kept until ordered here. */
  barred: Type.Optional(Type.Record(Text, Type.Object({ versions: Type.Array(Text), at: Text }))),
  look: orNull(Look),
  /** `isServer`: the server did not respond, which is not reported to it. */
  problem: orNull(Type.Object({ ...Problem.properties, isServer: Type.Optional(Flag) })),
  /** What each slot was last seen to hold, whole. */
  slots: Type.Partial(Type.Object({ a: SlotContent, b: SlotContent })),
  /** What was lost and set aside, until an operator says that he saw it or an update that began later (`isBefore`) is complete. */
  lost: Type.Optional(Type.Partial(Type.Object({ state: Loss, identity: Loss }))),
  /** After a lost memory: the place that the lock has under this host's id, which nobody here took. */
  standing: Type.Optional(Standing),
  /** An operator wants the update written now and booted later: at this time, or by another order. */
  staged: Type.Optional(Type.Object({ until: orNull(Text) })),
  /** An operator's order holds whatever the host's own windows say. */
  anyTime: Type.Optional(Flag),
  /** How the last maintenance ended. */
  lastTask: Type.Optional(Type.Object({ name: Text, at: Text, ...End.properties })),
  /** When a host that waits in the middle of an update checks in next. */
  tellAt: Type.Optional(Text),
});
export type Memory = Static<typeof Memory>;

/** A host that has never run an agent. */
export function freshMemory(time: string): Memory {
  return {
    format: 1,
    phase: { at: 'idle' },
    since: time,
    running: null,
    boots: [],
    unproven: false,
    wait: null,
    tries: 0,
    retrySeconds: 60,
    seen: {},
    reports: [],
    reportCount: 0,
    failed: {},
    look: null,
    problem: null,
    slots: {},
  };
}

/** The place that a phase holds or may hold. */
export function holdOf(phase: Phase): Hold | null {
  if ('hold' in phase) return phase.hold;
  return phase.at === 'acquiring' || phase.at === 'asking' ? phase.attempt : null;
}
