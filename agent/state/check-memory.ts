import { Type } from 'typebox';
import { Report } from '../../protocol/api/check-in.ts';
import { parseJson, Sha256, Version } from '../../protocol/schema/schema.ts';
import { freshMemory, type Memory, type Phase } from '../state-machine/memory.ts';

const Text = Type.String();
const Slot = Type.Enum(['a', 'b']);
const Goal = Type.Object({ version: Version, rootHash: Sha256, grant: Type.Union([Text, Type.Null()]) });
const Target = Type.Object({ ...Goal.properties, releaseSha256: Sha256, release: Type.Object({}) });
const Expires = Type.Union([Text, Type.Null()]);
const Plan = Type.Object({ goal: Goal, target: Type.Union([Target, Type.Null()]), expires: Expires });
const Hold = Type.Object({
  kind: Type.Enum(['etcd', 'none']),
  endpoints: Type.Array(Text),
  group: Text,
  host: Text,
  clusterId: Text,
  boot: Text,
  nonce: Text,
});
const MaybeHold = Type.Union([Hold, Type.Null()]);
const Generation = Type.Integer({ minimum: 0 });
const Flag = Type.Boolean();
const Loss = Type.Object({
  at: Text,
  code: Text,
  problem: Text,
  isBefore: Type.Optional(Flag),
  isAsked: Type.Optional(Flag),
});

const fields = {
  idle: {},
  offered: { plan: Type.Object({ ...Plan.properties, target: Target }) },
  written: { plan: Plan, fresh: Flag },
  acquiring: { plan: Plan, attempt: Hold, drawn: Flag, maybe: Flag },
  locked: { plan: Plan, hold: Hold, drained: Flag },
  flipped: { goal: Goal, hold: Hold, generation: Generation, attempt: MaybeHold },
  rebooting: { goal: Goal, hold: Hold, generation: Generation, attempt: MaybeHold, confirmed: Flag },
  trying: { goal: Goal, hold: Hold, generation: Generation, healthy: Flag },
  confirmed: { goal: Goal, hold: Hold },
  condemned: { goal: Goal, hold: Hold, generation: Generation, reason: Text, marked: Flag },
  fellBack: {
    goal: Goal,
    hold: Hold,
    generation: Type.Union([Generation, Type.Null()]),
    reason: Text,
    failed: Flag,
  },
  healed: { goal: Goal, hold: Hold, reason: Text, failed: Flag },
  cancelling: {
    goal: Goal,
    hold: Hold,
    generation: Type.Union([Generation, Type.Literal('any'), Type.Null()]),
    drained: Type.Optional(Flag),
    reason: Text,
  },
  finished: { goal: Goal },
} satisfies Record<Phase['at'], Record<string, object>>;

/** Known fields are checked; unknown ones are kept, so that an older agent loses nothing a newer one wrote. */
const State = Type.Object({
  format: Type.Literal(1),
  phase: Type.Union(Object.entries(fields).map(([at, own]) => Type.Object({ at: Type.Literal(at), ...own }))),
  since: Text,
  running: Type.Union([
    Type.Object({ bootId: Text, slot: Slot, rootHash: Sha256, name: Text, version: Version, arch: Text }),
    Type.Null(),
  ]),
  boots: Type.Array(Text),
  unproven: Flag,
  wait: Type.Union([Type.Object({ until: Text, reason: Text }), Type.Null()]),
  tries: Type.Integer({ minimum: 0 }),
  retrySeconds: Type.Number({ minimum: 0 }),
  seen: Type.Record(Text, Type.String({ pattern: '^\\d+$' })),
  reports: Type.Array(Report),
  reportCount: Type.Integer({ minimum: 0 }),
  failed: Type.Record(Text, Type.Object({ version: Text, reason: Text, at: Text })),
  barred: Type.Optional(Type.Record(Text, Type.Object({ versions: Type.Array(Text), at: Text }))),
  lost: Type.Optional(Type.Partial(Type.Object({ state: Loss, identity: Loss }))),
  standing: Type.Optional(
    Type.Object({ group: Text, host: Text, boot: Text, since: Text, endpoints: Type.Array(Text) }),
  ),
  tellAt: Type.Optional(Text),
  slots: Type.Partial(
    Type.Object({
      a: Type.Object({ version: Text, rootHash: Text }),
      b: Type.Object({ version: Text, rootHash: Text }),
    }),
  ),
});

/** Reads the state file's text. Throws `state_invalid` rather than let the machine run on half a memory. */
export function checkMemory(text: string, file: string): Memory {
  const known = parseJson(State, text, file, 'state_invalid') as unknown as Memory;
  return { ...freshMemory(known.since), ...known };
}
