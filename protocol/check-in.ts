import { type Static, Type } from 'typebox';
import { Arch, Id, Sha256, strict, Time, Version, Word } from './schema.ts';

const Text = Type.String({ maxLength: 4096 });

/** `POST /v1/enroll`: a host asks to be known. The answer's credential is shown once and stored hashed. */
export const EnrollRequest = strict({
  /** Without one, the host gets updates and counts for nothing until an operator approves it. */
  joinToken: Type.Optional(Type.String({ maxLength: 256 })),
  machineId: Type.String({ pattern: '^[0-9a-f]{32}$' }),
  hostname: Type.String({ maxLength: 253 }),
  name: Word,
  arch: Arch,
});
export type EnrollRequest = Static<typeof EnrollRequest>;
export const EnrollAnswer = strict({ hostId: Id, credential: Type.String({ maxLength: 256 }) });
export type EnrollAnswer = Static<typeof EnrollAnswer>;

/** `POST /v1/check-in` with `Authorization: Bearer <credential>`: where the host is, and may it go on. */
export const CheckIn = strict({
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
});
export type CheckIn = Static<typeof CheckIn>;

/** Why a host gets no update; stored and shown to operators. The words for each are the server's `explain`. */
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
  'held',
  'pinned',
  'cloned',
  'busy',
]);
export type NoneReason = Static<typeof NoneReason>;

/** A grant: this host may install this version until the grant lapses. What the version is, the signed metadata says. */
export const Offer = strict({ grant: Id, version: Version, release: Sha256, expires: Time });
export type Offer = Static<typeof Offer>;

export const CheckInAnswer = strict({
  /** Hosts take any word for a reason: a newer server may have new ones. */
  decision: Type.Union([strict({ offer: Offer }), strict({ none: Type.String({ maxLength: 64 }) })]),
  pollSeconds: Type.Integer({ minimum: 1, maximum: 86_400 }),
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

/** How a grant ended: as its host reported, by lapsing before the flip, or in silence after it. */
export const GrantOutcome = Type.Enum(['confirmed', 'fell_back', 'failed', 'cancelled', 'lapsed', 'silent']);
export type GrantOutcome = Static<typeof GrantOutcome>;

/** `POST /v1/reports`: queued on the host, sent when the server answers; the id makes a repeat harmless. */
export const Report = strict({
  id: Id,
  grant: Type.Union([Id, Type.Null()]),
  kind: ReportKind,
  from: Version,
  version: Version,
  bootId: Id,
  at: Time,
  detail: Text,
});
export type Report = Static<typeof Report>;
export const Reports = strict({ reports: Type.Array(Report, { maxItems: 64 }) });
