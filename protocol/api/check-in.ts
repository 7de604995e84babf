import { type Static, Type } from 'typebox';
import { Labels } from '../schema/labels.ts';
import { Arch, extensible, Id, Sha256, Time, Version, Word } from '../schema/schema.ts';

/** Longest text of a report; what is longer is cut. */
export const maxDetail = 4096;

/** `POST /v1/enroll`: a host asks to be known. The answer's credential is shown once and stored hashed. */
export const EnrollRequest = extensible({
  /** Without one, the host gets updates and counts for nothing until an operator approves it. */
  joinToken: Type.Optional(Type.String({ maxLength: 256 })),
  /** A secret that the host made and keeps for this alone: the same one again is the same host, whose answer was lost. */
  hostKey: Type.Optional(Type.String({ pattern: '^[0-9A-Za-z_-]{32,128}$' })),
  machineId: Type.String({ pattern: '^[0-9a-f]{32}$' }),
  hostname: Type.String({ maxLength: 253 }),
  name: Word,
  arch: Arch,
});
export type EnrollRequest = Static<typeof EnrollRequest>;
export const EnrollAnswer = extensible({
  hostId: Id,
  /** It travels in a header: anything but visible ASCII could never be sent. */
  credential: Type.String({ pattern: '^[!-~]{1,256}$' }),
});
export type EnrollAnswer = Static<typeof EnrollAnswer>;

/** A problem that stops the agent while it still checks in. */
export const Trouble = extensible({
  code: Type.String({ pattern: '^[a-z][a-z0-9_]{0,63}$' }),
  text: Type.String({ maxLength: 1024 }),
});
export type Trouble = Static<typeof Trouble>;

/** `POST /v1/check-in` with `Authorization: Bearer <credential>`: where the host is, and may it go on. */
export const CheckIn = extensible({
  name: Word,
  version: Version,
  arch: Arch,
  channel: Word,
  group: Word,
  bootId: Id,
  rootHash: Sha256,
  /** The agent's state, as `status` prints it. */
  at: Word,
  /** Versions that failed here and are not tried again. */
  failed: Type.Array(Version, { maxItems: 32 }),
  /** Versions that an operator gave up on the host itself; they count neither as failed nor as good. */
  cancelled: Type.Optional(Type.Array(Version, { maxItems: 64 })),
  /** What the agent is stuck on: an error code and its words. */
  trouble: Type.Optional(Trouble),
  /** What the host's configuration says about it; agents that have none leave it out. */
  labels: Type.Optional(Labels),
  /** The longest pause between two check-ins that its configuration allows: by it the server knows when it is silent. */
  pollSeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 86_400 })),
});
export type CheckIn = Static<typeof CheckIn>;

/** Why a host gets no update; stored and shown to operators. Its texts are in `protocol/rules/none-reasons.ts`. */
export const NoneReason = Type.Enum([
  'up_to_date',
  'blocked',
  'stranded',
  'newer_than_head',
  'no_release_for_arch',
  'no_such_channel',
  'no_rollout',
  'scheduled',
  'paused',
  'halted',
  'aborted',
  'outside_window',
  'canary_first',
  'not_yet',
  'in_flight_limit',
  'failed_here',
  'cancelled_here',
  'held',
  'pinned',
  'cloned',
  'busy',
  'next_check_in',
]);
export type NoneReason = Static<typeof NoneReason>;

/** A grant: this host may install this version until the grant lapses. What the version is, the signed metadata says. */
export const Offer = extensible({ grant: Id, version: Version, release: Sha256, expires: Time });
export type Offer = Static<typeof Offer>;

export const CheckInAnswer = extensible({
  /** Hosts take any word for a reason: a newer server may have new ones. */
  decision: Type.Union([extensible({ offer: Offer }), extensible({ none: Type.String({ maxLength: 64 }) })]),
  pollSeconds: Type.Integer({ minimum: 1, maximum: 86_400 }),
  /** False while the host waits for an operator's approval; otherwise absent. */
  approved: Type.Optional(Type.Literal(false)),
});
export type CheckInAnswer = Static<typeof CheckInAnswer>;

/** What happened on a host, in the order of the journey. */
export const ReportKind = Type.Enum([
  'written',
  'locked',
  'rebooting',
  'confirmed',
  'fell_back',
  'failed',
  'cancelled',
]);
export type ReportKind = Static<typeof ReportKind>;

/**
 * How a grant ended: as its host reported or a check-in showed, by lapsing before the flip, in silence after it, or taken
 * back because an operator holds the host.
 */
export const GrantOutcome = Type.Enum([
  'confirmed',
  'fell_back',
  'failed',
  'cancelled',
  'lapsed',
  'silent',
  'withdrawn',
]);
export type GrantOutcome = Static<typeof GrantOutcome>;

/** One thing that happened: queued on the host, sent when the server answers; the id makes a repeat harmless. */
export const Report = extensible({
  id: Id,
  grant: Type.Union([Id, Type.Null()]),
  /** A newer agent may tell of what this side has no word for: it is kept as it came. */
  kind: Type.String({ minLength: 1, maxLength: 64 }),
  from: Version,
  version: Version,
  bootId: Id,
  at: Time,
  detail: Type.String({ maxLength: maxDetail }),
});
export type Report = Static<typeof Report>;

/** Reports of one `POST /v1/reports`. */
export const maxReports = 64;
export const Reports = extensible({ reports: Type.Array(Report, { maxItems: maxReports }) });
/** How many of them are kept now, and which can never be: the host drops those too. */
export const ReportsAnswer = extensible({
  accepted: Type.Integer({ minimum: 0 }),
  refused: Type.Optional(
    Type.Array(extensible({ index: Type.Integer({ minimum: 0 }), problem: Type.String() })),
  ),
});
export type ReportsAnswer = Static<typeof ReportsAnswer>;
