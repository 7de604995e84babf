import { type Static, Type } from 'typebox';
import { Channel } from '../documents/channel.ts';
import { Labels } from '../schema/labels.ts';
import {
  Arch,
  Bytes,
  Count,
  Id,
  Limit,
  orNull,
  Sha256,
  strict,
  Time,
  Version,
  Word,
} from '../schema/schema.ts';
import { GrantOutcome, NoneReason } from './check-in.ts';
import { enrollments, hostStates } from './choices.ts';

/** What the bearer of a token may do; `join` only lets hosts enrol, `fleetlock` only lets foreign hosts take places in groups of theirs. */
export const Role = Type.Enum(['viewer', 'publisher', 'operator', 'admin', 'join', 'fleetlock']);
export type Role = Static<typeof Role>;

/** A token as operators see it: never the secret itself. */
export const TokenInfo = strict({
  id: Id,
  role: Role,
  name: Type.String({ maxLength: 128 }),
  created: Time,
  revoked: orNull(Time),
  /** When it was used last, to some minutes; absent in the answers of older servers. */
  used: Type.Optional(orNull(Time)),
  /** From then on it is refused; null: never. */
  expires: Type.Optional(orNull(Time)),
});
export type TokenInfo = Static<typeof TokenInfo>;

/**
 * Where a host stands, in one word: `silent` missed several check-ins, or was not seen since it said it reboots, `new` never;
 * `failed` does not try the next version again; `held` is kept back by an operator; `waiting` has a reason that says for what.
 */
export const HostState = Type.Enum([...hostStates]);
export type HostState = Static<typeof HostState>;

const hostFields = {
  id: Id,
  hostname: Type.String(),
  name: Word,
  arch: Arch,
  /** What the host said about itself at its last check-in; null before the first. */
  channel: orNull(Word),
  group: orNull(Word),
  version: orNull(Version),
  at: orNull(Word),
  lastSeen: orNull(Time),
  /** Of its own configuration; absent in the answers of older servers. */
  labels: Type.Optional(Labels),
  held: Type.Boolean(),
  /** The group that an operator put it in; null when its own counts. Absent in the answers of older servers. */
  placed: Type.Optional(orNull(Word)),
  /** The one version it may go to. */
  pinned: orNull(Version),
  /** Enrolled by a join token or let in by an operator; others get updates but never count. */
  approved: Type.Boolean(),
  cloned: Type.Boolean(),
  /** What the last check-in was answered. */
  decision: orNull(Type.Union([NoneReason, Type.Literal('offered')])),
  offered: orNull(Version),
  /** Where it stands in one word; absent in the answers of older servers. */
  state: Type.Optional(HostState),
  /** Where its last grant stands: under_way, rebooting, or how it ended. */
  standing: Type.Optional(orNull(strict({ is: Type.String(), version: Version, since: Time }))),
  /** What its agent is stuck on, and since which check-in. */
  trouble: orNull(strict({ code: Type.String(), text: Type.String(), since: Time })),
};

/** One line of `GET /v1/hosts`. */
export const HostSummary = strict(hostFields);
export type HostSummary = Static<typeof HostSummary>;

/** `GET /v1/hosts?after=ID`: hosts in the order of their ids; `next` is null on the last page. */
export const HostsAnswer = strict({ hosts: Type.Array(HostSummary), next: orNull(Id) });

/** `GET /v1/hosts/:id`: where a host is, why, and what it reported, newest first. */
export const HostDetail = strict({
  ...hostFields,
  machineId: Type.String(),
  enrolled: Time,
  bootId: orNull(Type.String()),
  rootHash: orNull(Sha256),
  failed: Type.Array(Version),
  /** Versions that an operator gave up on the host itself. */
  cancelled: Type.Array(Version),
  /** Why it is where it is, in words. */
  why: Type.String(),
  /** What would let it go on, to copy and run: by an operator, or on the host itself. Absent in the answers of older servers. */
  commands: Type.Optional(Type.Array(strict({ command: Type.String(), on: Type.Enum(['server', 'host']) }))),
  grants: Type.Array(
    strict({
      id: Id,
      version: Version,
      granted: Time,
      expires: Time,
      rebooting: orNull(Time),
      outcome: orNull(GrantOutcome),
    }),
  ),
  reports: Type.Array(
    strict({
      id: Id,
      /** A `ReportKind`, or the word of a newer agent. */
      kind: Type.String(),
      from: Version,
      version: Version,
      at: Time,
      received: Time,
      detail: Type.String(),
    }),
  ),
});
export type HostDetail = Static<typeof HostDetail>;

/** `POST /v1/hosts/:id/hold`: a held host keeps what it runs until it is let go. */
export const HoldRequest = strict({ held: Type.Boolean() });
/** `POST /v1/hosts/:id/group`: the group that rollouts count it to; null leaves that to the host. */
export const GroupRequest = strict({ group: orNull(Word) });
/** `POST /v1/hosts/:id/pin`: a pinned host goes to this version and no other; null lets it go on. */
export const PinRequest = strict({ version: orNull(Version) });

/** How hosts become known: by a join token only, or also by asking, to be approved. */
export const Enrollment = Type.Enum([...enrollments]);
export type Enrollment = Static<typeof Enrollment>;
/** `PUT /v1/enrollment`; `enrolment` is the field's former name, for one release. */
export const EnrollmentRequest = Type.Union([
  strict({ enrollment: Enrollment }),
  strict({ enrolment: Enrollment }),
]);
/** `GET /v1/enrollment`: also how many hosts wait for approval, and how many may. */
export const EnrollmentAnswer = strict({
  enrollment: Enrollment,
  /** The field's former name, for one release. */
  enrolment: Enrollment,
  unapproved: Type.Integer(),
  limit: Type.Integer(),
});
export type EnrollmentAnswer = Static<typeof EnrollmentAnswer>;
/** `POST /v1/hosts/forget`: ends unapproved hosts that were not seen since; all of them when no time is given. */
export const ForgetRequest = strict({ unapproved: Type.Literal(true), before: Type.Optional(Time) });
export const ForgetAnswer = strict({ forgotten: Type.Integer() });

/** One line of `GET /v1/releases`. */
export const ReleaseSummary = strict({
  name: Word,
  version: Version,
  arch: Arch,
  sha256: Sha256,
  published: Time,
  /** Channels that name this version as their head. */
  channels: Type.Array(Word),
  rootHash: Type.Optional(Sha256),
  /** When it was built, and how many bytes it has on a disk and as a full payload; absent in the answers of older servers. */
  created: Type.Optional(Time),
  imageBytes: Type.Optional(Bytes),
  updateBytes: Type.Optional(Bytes),
  /** Hosts that run it, seen in 14 days. */
  hosts: Type.Optional(Count),
  /** Channels that block it. */
  blockedIn: Type.Optional(Type.Array(Word)),
});
export type ReleaseSummary = Static<typeof ReleaseSummary>;
export const ReleasesAnswer = strict({ releases: Type.Array(ReleaseSummary) });

/** `GET /v1/channels/:name`: the newest document of each channel of an image; `GET /v1/channels`: of all images. */
export const ChannelsAnswer = strict({
  channels: Type.Array(Channel),
  /** Hosts that follow each, seen in 14 days; channels that none follows are left out. */
  hosts: Type.Optional(Type.Array(strict({ name: Word, channel: Word, hosts: Count }))),
});
export type ChannelsAnswer = Static<typeof ChannelsAnswer>;

/** How long a role's signed metadata still lives; `due` once less than a third of its life is left. */
export const RoleLife = strict({
  role: Type.String(),
  /** Ids of the keys that signed it. */
  keys: Type.Array(Type.String()),
  version: Type.Integer(),
  expires: Time,
  due: Type.Boolean(),
  expired: Type.Boolean(),
});
export type RoleLife = Static<typeof RoleLife>;

/** `GET /v1/trust`: every role, offline ones too: nobody but people can sign those again. */
export const TrustAnswer = strict({ roles: Type.Array(RoleLife) });

/** The number of a line, as a query word. */
const LineNumber = Type.String({ pattern: '^\\d{1,15}$' });
/** What a change found or left, field by field. */
const Facts = Type.Record(Type.String(), Type.Unknown());

/** One line of `GET /v1/audit`: who did what to what, and how that was before and after; null where there is no such state. */
export const AuditLine = strict({
  seq: Type.Integer(),
  at: Time,
  who: Type.String(),
  action: Type.String(),
  subject: Type.String(),
  /** What people call the subject: a host’s name, a rollout’s release and channel; absent where there is none. */
  subjectName: Type.Optional(Type.String()),
  detail: Type.String(),
  before: orNull(Facts),
  after: orNull(Facts),
});
export type AuditLine = Static<typeof AuditLine>;
/** How `GET /v1/audit` is narrowed. `before=next` reads older lines, `after` only those that came since. */
export const AuditQuery = strict({
  before: Type.Optional(LineNumber),
  after: Type.Optional(LineNumber),
  limit: Limit,
  since: Type.Optional(Time),
  until: Type.Optional(Time),
  /** Part of the name, role or id of who did it. */
  by: Type.Optional(Type.String({ maxLength: 128 })),
  /** The action’s first words: `pin` also finds `pin to 1.9.0`. */
  action: Type.Optional(Type.String({ maxLength: 64 })),
  /** Part of what it was done to: a host’s name or id, a channel, an image, a group. */
  subject: Type.Optional(Type.String({ maxLength: 253 })),
  /** `hide` leaves out what happens by itself every day: enrollments, and people who log in and out. */
  routine: Type.Optional(Type.Enum(['show', 'hide'])),
});
export type AuditQuery = Static<typeof AuditQuery>;
/** Newest first; `hidden` counts the routine lines left out among these. */
export const AuditAnswer = strict({
  lines: Type.Array(AuditLine),
  next: orNull(Type.Integer()),
  hidden: Type.Optional(Count),
});
export type AuditAnswer = Static<typeof AuditAnswer>;

/** `POST /v1/tokens`: makes a token, whose secret only this answer shows. */
export const TokenRequest = strict({
  role: Role,
  name: Type.Optional(Type.String({ maxLength: 128 })),
  expires: Type.Optional(Time),
});
/** `DELETE /v1/tokens/:id?reason=`: why, for the audit log. */
export const TokenRevokeQuery = strict({ reason: Type.Optional(Type.String({ maxLength: 512 })) });
export const TokenMade = strict({ ...TokenInfo.properties, token: Type.String() });
export const TokensAnswer = strict({ tokens: Type.Array(TokenInfo) });
