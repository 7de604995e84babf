import { type Static, type TSchema, Type } from 'typebox';
import { Arch, Count, Id, orNull, strict, Time, Version, Word } from '../schema/schema.ts';
import { HostState, HostSummary } from './operator.ts';

/** What a list of hosts can be sorted by; by their ids otherwise. */
export const HostSort = Type.Enum(['name', 'state', 'version', 'channel', 'group', 'seen']);
export type HostSort = Static<typeof HostSort>;
export const SortOrder = Type.Enum(['asc', 'desc']);

/** Where a list goes on: after this host, and in a sorted list after what it is sorted by. */
export const HostCursor = Type.String({ pattern: '^[0-9A-Za-z-]{8,64}(:[\\s\\S]{0,300})?$' });

/** `GET /v1/hosts?sort=name`: a page of a sorted list, with how many hosts there are and how many match. */
export const SortedHostsAnswer = strict({
  hosts: Type.Array(HostSummary),
  next: orNull(HostCursor),
  matching: Count,
  all: Count,
});
export type SortedHostsAnswer = Static<typeof SortedHostsAnswer>;

const named = <T extends TSchema>(value: T) => Type.Array(strict({ value, hosts: Count }));

/** `GET /v1/hosts/choices`: what hosts can be filtered by, with how many there are of each, most first. Counts may be some seconds old in a large fleet. */
export const ChoicesAnswer = strict({
  hosts: Count,
  states: named(HostState),
  images: named(Word),
  channels: named(Word),
  groups: named(Word),
  versions: named(Version),
  archs: named(Arch),
  /** As `key=value`. */
  labels: named(Type.String()),
});
export type ChoicesAnswer = Static<typeof ChoicesAnswer>;

/** Why an operator did something, for the audit log. */
export const Reason = Type.String({ maxLength: 512 });

const ofHosts = {
  hosts: Type.Array(Id, { minItems: 1, maxItems: 500 }),
  reason: Type.Optional(Reason),
};

const plainAction = { action: Type.Enum(['hold', 'unhold', 'unpin', 'ungroup', 'approve', 'forget']) };
const pinAction = { action: Type.Literal('pin'), version: Version };
const groupAction = { action: Type.Literal('group'), group: Word };

/** What operators do with hosts. */
const HostAction = Type.Union([strict(plainAction), strict(pinAction), strict(groupAction)]);
export type HostAction = Static<typeof HostAction>;

/** `POST /v1/hosts/change`: the same for up to 500 hosts; each succeeds or fails by itself. */
export const ChangeHostsRequest = Type.Union([
  strict({ ...ofHosts, ...plainAction }),
  strict({ ...ofHosts, ...pinAction }),
  strict({ ...ofHosts, ...groupAction }),
]);
export const ChangeHostsAnswer = strict({
  results: Type.Array(
    strict({ id: Id, problem: orNull(strict({ kind: Type.String(), value: Type.String() })) }),
  ),
});
export type ChangeHostsAnswer = Static<typeof ChangeHostsAnswer>;

/** One thing in the life of a host. */
export const HostEvent = Type.Union([
  strict({ at: Time, what: Type.Literal('enrolled') }),
  /** A check-in that differed from the one before: in version, state, or what it was answered. */
  strict({
    at: Time,
    what: Type.Literal('check_in'),
    version: Version,
    state: Type.String(),
    decision: Type.String(),
    offered: orNull(Version),
  }),
  strict({ at: Time, what: Type.Literal('granted'), version: Version }),
  /** A grant ended otherwise than by a report. */
  strict({ at: Time, what: Type.Literal('ended'), version: Version, outcome: Type.String() }),
  strict({
    at: Time,
    what: Type.Literal('report'),
    kind: Type.String(),
    from: Version,
    version: Version,
    detail: Type.String(),
  }),
  strict({
    at: Time,
    what: Type.Literal('operator'),
    who: Type.String(),
    action: Type.String(),
    reason: Type.String(),
  }),
]);
export type HostEvent = Static<typeof HostEvent>;

/** `GET /v1/hosts/:id/timeline`: what happened to a host, newest first; only so much is kept of each kind. */
export const TimelineAnswer = strict({ events: Type.Array(HostEvent) });
export type TimelineAnswer = Static<typeof TimelineAnswer>;
