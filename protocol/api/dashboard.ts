import { type Static, Type } from 'typebox';
import { LabelSelector } from '../schema/labels.ts';
import { Arch, Bytes, Count, Id, orNull, Sha256, strict, Time, Version, Word } from '../schema/schema.ts';
import { NoneReason } from './check-in.ts';
import { AuditLine, HostState, HostSummary, Role } from './operator.ts';
import { RolloutSummary } from './rollout.ts';

/** `POST /v1/session`: the page logs in by a token and keeps a cookie, so that no script can read the secret. */
export const SessionRequest = strict({ token: Type.String({ maxLength: 256 }) });
/** `GET /v1/session`: whose token the request carries. */
export const SessionAnswer = strict({ id: Id, role: Role, name: Type.String() });
export type SessionAnswer = Static<typeof SessionAnswer>;

/** Something that a person should look at; `id` names the rollout, role or version that it is about. */
export const Attention = strict({
  kind: Type.Enum([
    'rollout_halted',
    'metadata_expired',
    'metadata_due',
    'hosts_cloned',
    'hosts_failed',
    'hosts_silent',
    'hosts_in_trouble',
    'hosts_unapproved',
    'hosts_held',
    'hosts_pinned',
    'hosts_cancelled',
    'server_unready',
    'disk_low',
    'blobs_damaged',
  ]),
  id: orNull(Type.String()),
  hosts: Count,
  text: Type.String(),
});
export type Attention = Static<typeof Attention>;

/** `GET /v1/overview?days=7`: the fleet at a glance. Counts may be some seconds old in a large fleet. */
export const OverviewAnswer = strict({
  at: Time,
  hosts: Count,
  /** Neither new nor silent. */
  seen: Count,
  states: Type.Array(strict({ state: HostState, hosts: Count })),
  waiting: Type.Array(strict({ reason: NoneReason, hosts: Count })),
  /** Hosts seen in 14 days; null: not said yet, or one of many rare versions. */
  versions: Type.Array(strict({ name: Word, channel: orNull(Word), version: orNull(Version), hosts: Count })),
  /** Hosts by version over time, oldest first, the present moment last; `hosts` runs beside `times`. */
  history: strict({
    times: Type.Array(Time),
    series: Type.Array(strict({ name: Word, version: orNull(Version), hosts: Type.Array(Count) })),
  }),
  attention: Type.Array(Attention),
  /** Rollouts that are not superseded, the newest first. */
  rollouts: Type.Array(RolloutSummary),
  recent: Type.Array(AuditLine),
});
export type OverviewAnswer = Static<typeof OverviewAnswer>;

/** How `GET /v1/hosts` is narrowed: `query` finds a beginning of the id or version, or any part of the name. */
export const HostFilter = strict({
  query: Type.Optional(Type.String({ maxLength: 253 })),
  name: Type.Optional(Word),
  channel: Type.Optional(Word),
  arch: Type.Optional(Arch),
  version: Type.Optional(Version),
  group: Type.Optional(Word),
  state: Type.Optional(HostState),
  label: Type.Optional(LabelSelector),
  /** What the last check-in was answered. */
  reason: Type.Optional(NoneReason),
  flag: Type.Optional(Type.Enum(['held', 'pinned', 'cloned', 'unapproved', 'in_trouble'])),
});
export type HostFilter = Static<typeof HostFilter>;

/** `GET /v1/rollouts/:id/curve`: planned and actual progress, in up to 200 steps. */
export const CurveAnswer = strict({
  now: Time,
  starts: Time,
  /** When it was resumed last: the limits count from there. */
  resumed: Time,
  active: Count,
  /** Stops the rollout: that many failures, or more than that percentage once `sample` hosts are done. */
  limit: strict({ failures: Count, percent: Type.Number(), sample: Count }),
  /** Totals from the beginning; `failureRate` in percent of those done, null before the first. */
  actual: Type.Array(
    strict({ at: Time, granted: Count, confirmed: Count, failed: Count, failureRate: orNull(Type.Number()) }),
  ),
  /** Percent that the ramp plans at each time. */
  planned: Type.Array(strict({ at: Time, percent: Type.Number() })),
});
export type CurveAnswer = Static<typeof CurveAnswer>;

/** `GET /v1/rollouts/:id/waiting?reason=&after=`: why hosts of its channel did not start, and which. */
export const WaitingAnswer = strict({
  reasons: Type.Array(strict({ reason: NoneReason, hosts: Count })),
  hosts: Type.Array(strict({ ...HostSummary.properties, /** Why it waits, in words. */ why: Type.String() })),
  next: orNull(Id),
});
export type WaitingAnswer = Static<typeof WaitingAnswer>;

const Part = strict({
  sha256: Sha256,
  size: Bytes,
  /** The bytes can be fetched here. */ here: Type.Boolean(),
});
const Signed = strict({
  role: Type.String(),
  keys: Type.Array(Type.String()),
  version: Count,
  expires: Time,
});

/** `GET /v1/releases/:name/:version/:arch`: what a release is, how large, and by whose word. */
export const ReleaseDetail = strict({
  name: Word,
  version: Version,
  arch: Arch,
  sha256: Sha256,
  published: Time,
  created: Time,
  channels: Type.Array(Word),
  rootHash: Sha256,
  stateCompat: Version,
  sizes: strict({ root: Bytes, verity: Bytes, boot: Bytes }),
  payloads: Type.Array(strict({ ...Part.properties, file: Type.String(), from: orNull(Version) })),
  packagesLock: Part,
  sbom: Part,
  /** The signature over `release.json`, then those of the channels that name it as their head. */
  signed: Type.Array(Signed),
});
export type ReleaseDetail = Static<typeof ReleaseDetail>;

/** `GET /v1/releases/compare?name=&arch=&from=&to=`: package by package, from the two lists of parts. */
export const CompareAnswer = strict({
  from: Version,
  to: Version,
  added: Type.Array(strict({ package: Type.String(), version: Type.String() })),
  removed: Type.Array(strict({ package: Type.String(), version: Type.String() })),
  changed: Type.Array(strict({ package: Type.String(), from: Type.String(), to: Type.String() })),
  same: Count,
});
export type CompareAnswer = Static<typeof CompareAnswer>;

/** A line of `GET /v1/events` (server-sent events): what to read again. */
export const Change = strict({
  kind: Type.Enum(['rollout', 'host', 'hosts', 'channel', 'policy', 'token', 'session', 'lock', 'other']),
  /** The subject's id; empty for many hosts at once. */
  id: Type.String(),
  /** What happened, as the audit log words it, or `progress` and `report`. */
  what: Type.String(),
});
export type Change = Static<typeof Change>;

/** `GET /v1/locks`: who holds places in etcd; not configured without `interlock serve --etcd`. */
export const LocksAnswer = strict({
  configured: Type.Boolean(),
  /** etcd has more groups than are shown. */
  more: Type.Boolean(),
  groups: Type.Array(
    strict({
      group: Type.String(),
      /** Why the group's value cannot be shown, or null; the other groups are shown all the same. */
      problem: orNull(Type.String()),
      slots: Count,
      /** Places taken; `holders` may name fewer. */
      taken: Count,
      holders: Type.Array(
        strict({
          host: Type.String(),
          hostname: orNull(Type.String()),
          since: Time,
          boot: Type.String(),
          release: Sha256,
          /** The release by name; absent when none of it is published here. */
          what: Type.Optional(Type.String()),
        }),
      ),
      /** Hosts that have written an update and wait for a place, longest first, at most 50. */
      waiting: Type.Optional(
        Type.Array(strict({ host: Id, hostname: Type.String(), version: Version, since: Time })),
      ),
      releases: Type.Array(
        strict({
          rootHash: Sha256,
          what: Type.Optional(Type.String()),
          ok: Count,
          failed: Type.Array(strict({ host: Type.String(), reason: Type.String() })),
          /** It failed so often that no host may start it. */
          stopped: Type.Boolean(),
        }),
      ),
    }),
  ),
  /** Groups of hosts that speak FleetLock, which promise less; absent when there are none. */
  foreign: Type.Optional(
    Type.Array(
      strict({
        group: Type.String(),
        problem: orNull(Type.String()),
        slots: Count,
        holders: Type.Array(strict({ id: Type.String(), since: Time })),
      }),
    ),
  ),
});
export type LocksAnswer = Static<typeof LocksAnswer>;
const LockReason = Type.Optional(Type.String({ maxLength: 512 }));
/** `POST /v1/locks/:group/release`: takes a place from a host that will never give it back. */
export const LockReleaseRequest = strict({
  host: Type.String({ minLength: 1, maxLength: 128 }),
  reason: LockReason,
});
/** `POST /v1/locks/:group/slots`: how many hosts of the group can be down at once; 0 lets none reboot. */
export const LockSlotsRequest = strict({
  slots: Type.Integer({ minimum: 0, maximum: 999_999 }),
  reason: LockReason,
});
/** `POST /v1/locks/:group/clear-failed`: ends the failure stop of one release, or of all. */
export const LockClearRequest = strict({ rootHash: Type.Optional(Sha256), reason: LockReason });
