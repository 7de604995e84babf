import { type Static, Type } from 'typebox';
import { PolicyText } from '../documents/policy.ts';
import { Window } from '../documents/window.ts';
import { Arch, Count, Id, orNull, Sha256, strict, Time, Version, Word } from '../schema/schema.ts';

/**
 * `scheduled`: its start is still to come. It, `running`, `paused` and `halted` rollouts are active: one per name, channel and architecture. `completed`: everybody who can
 * come is through and hosts are on the release; hosts that come late are let in, and it can still halt.
 */
export const RolloutState = Type.Enum([
  'scheduled',
  'running',
  'paused',
  'halted',
  'completed',
  'aborted',
  'superseded',
]);
export type RolloutState = Static<typeof RolloutState>;

/** Why a host of a rollout cannot get to its release now; hosts without approval are not counted in anything. */
export const HostRefusal = Type.Enum([
  'held',
  'pinned',
  'cloned',
  'silent',
  'failed_here',
  'cancelled_here',
  'unapproved',
  'blocked',
  'stranded',
  'newer_than_head',
  'no_release_for_arch',
]);
export type HostRefusal = Static<typeof HostRefusal>;

/** A host that a rollout's page names: what is the matter, and since when. */
export const NamedHost = strict({
  id: Id,
  hostname: Type.String(),
  version: orNull(Version),
  /** An end of its grant, what it is at, or why it cannot come. */
  what: Type.String(),
  since: orNull(Time),
  lastSeen: orNull(Time),
  /** In the host's own words. */
  detail: Type.String(),
  /** How far it had come when it failed; only for failed hosts. */
  phase: Type.Optional(Type.String()),
});
export type NamedHost = Static<typeof NamedHost>;

/** A policy by the name of a shipped one, or in full. */
export const PolicyChoice = Type.Union([Word, PolicyText]);
export type PolicyChoice = Static<typeof PolicyChoice>;

/** One line of `GET /v1/rollouts`, newest first. */
export const RolloutSummary = strict({
  id: Id,
  name: Word,
  channel: Word,
  arch: Arch,
  version: Version,
  release: Sha256,
  policy: Type.String(),
  state: RolloutState,
  reason: Type.String(),
  created: Time,
  starts: Time,
  /** Share of cohorts that may start now. */
  percent: Type.Number(),
  canary: orNull(Type.Enum(['waiting', 'passed'])),
  inFlight: Count,
  inFlightLimit: Count,
  confirmed: Count,
  failed: Count,
  /** Hosts of the channel and architecture seen in 14 days. */
  active: Count,
});
export type RolloutSummary = Static<typeof RolloutSummary>;
export const RolloutsAnswer = strict({ rollouts: Type.Array(RolloutSummary) });

/** `GET /v1/rollouts/:id`: with what it is measured by, and what its hosts are waiting for. */
export const RolloutDetail = strict({
  ...RolloutSummary.properties,
  policyText: PolicyText,
  resumed: Time,
  /** Since the last resume, as the failure limits count. */
  baseline: strict({ confirmed: Count, failed: Count }),
  /** Everybody who can come is through. Whether that is good, the counts say. */
  over: Type.Boolean(),
  /** The rollout's own hosts, active and approved: on the release, on the way there, or not able to get there now. */
  tally: strict({
    on: Count,
    coming: Count,
    unable: Type.Array(strict({ reason: HostRefusal, hosts: Count })),
  }),
  /** Who is behind the figures, the first of each: counted as failed, holding a place, missing in the canary, unable to come. */
  named: strict({
    failed: Type.Array(NamedHost),
    underWay: Type.Array(NamedHost),
    canary: Type.Array(NamedHost),
    unable: Type.Array(NamedHost),
  }),
  /** The version that hosts would go back to if this one is bad; absent in the answers of older servers. */
  goBack: Type.Optional(orNull(Version)),
  /** Active hosts by what they were answered last. */
  waiting: Type.Array(strict({ reason: Type.String(), hosts: Count })),
  /** Grants and their ends over time, in up to 200 steps: counts from the beginning to each time. */
  curve: Type.Array(strict({ at: Time, granted: Count, confirmed: Count, failed: Count })),
  /** Percent that the ramp plans at each time; future times count on its going on. */
  planned: Type.Array(strict({ at: Time, percent: Type.Number() })),
});
export type RolloutDetail = Static<typeof RolloutDetail>;

/** `POST /v1/rollouts`: rolls the channel's present head out, instead of the rollout that is active. */
export const StartRequest = strict({
  name: Word,
  channel: Word,
  policy: Type.Optional(PolicyChoice),
  /** For this rollout, in place of the windows of its policy and of the policy’s groups. */
  window: Type.Optional(Window),
  starts: Type.Optional(Time),
  /** For the audit log. */
  reason: Type.Optional(Type.String({ maxLength: 512 })),
});
export type StartRequest = Static<typeof StartRequest>;

/** `POST /v1/rollouts/preview`: which hosts would get the present head when, by this policy. */
export const PreviewAnswer = strict({
  version: Version,
  policy: Type.String(),
  /** The policy in full, with the window of the request; absent, as the two below, in the answers of older servers. */
  policyText: Type.Optional(PolicyText),
  /** Hosts that would start. */
  hosts: Count,
  /** Hosts that run the head already. */
  on: Type.Optional(Count),
  /** Hosts that cannot come as they are now, and are in no step. */
  unable: Type.Optional(Type.Array(strict({ reason: HostRefusal, hosts: Count }))),
  /** When nobody starts before; absent in the answers of older servers. */
  starts: Type.Optional(Time),
  /** What of the policy does not fit the channel's hosts. */
  warnings: Type.Array(Type.String()),
  steps: Type.Array(
    strict({
      /** Null: not by this policy's ramp. */
      at: orNull(Time),
      group: orNull(Word),
      hosts: Count,
      /** The first of them. */
      some: Type.Array(strict({ id: Id, hostname: Type.String() })),
    }),
  ),
});
export type PreviewAnswer = Static<typeof PreviewAnswer>;

/** What an operator may do to an active rollout. */
export const RolloutAction = Type.Enum(['pause', 'resume', 'abort', 'finish']);
export type RolloutAction = Static<typeof RolloutAction>;

/** `PUT /v1/policies/:name/:channel`: what the channel's later rollouts follow. */
export const PolicyRequest = strict({ policy: PolicyChoice });
export const PolicyAnswer = strict({
  policy: Type.String(),
  text: PolicyText,
  /** What of it does not fit the channel's hosts. */
  warnings: Type.Array(Type.String()),
});
export type PolicyAnswer = Static<typeof PolicyAnswer>;
