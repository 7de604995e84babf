import { type Static, Type } from 'typebox';
import { Positive, parseJson, strict, Version, Word } from '../schema/schema.ts';
import { isNewer } from '../text/version.ts';
import type { Channel, Named } from './channel.ts';

/** `brakes/<name>/<channel>.json`: what the on-call role has stopped. It can only make a channel stricter. */
export const Brake = strict({
  format: Type.Literal(1),
  name: Word,
  channel: Word,
  /** Rises by one with every signature; hosts refuse a lower one. */
  serial: Positive,
  blocked: Type.Array(strict({ version: Version, reason: Type.String() }), { maxItems: 256 }),
  /** While the channel's head is `version`, its hosts go back to `to`, an earlier head; void once the channel moves on. */
  withdrawn: Type.Union([strict({ version: Version, to: Version, reason: Type.String() }), Type.Null()]),
});
export type Brake = Static<typeof Brake>;

/** Reads a brake document. Throws `metadata_invalid`. */
export function parseBrake(text: string | Uint8Array): Brake {
  return parseJson(Brake, text, 'brake document', 'metadata_invalid');
}

/**
 * The channel as its hosts obey it: server and host merge by the same rule.
 * Blocks are added. A withdrawal counts only as `withdrawalProblem` allows; then the earlier head is the head again, and
 * hosts of every later head may go back to it. Whatever else the brake says has no effect.
 */
export function withBrake(channel: Channel, brake: Brake | undefined): Channel {
  if (!brake || brake.name !== channel.name || brake.channel !== channel.channel) return channel;
  const isKnown = (version: string) => channel.blocked.some((entry) => entry.version === version);
  const more = brake.blocked.filter(({ version }) => !isKnown(version)).map(marked);
  const stopped = { ...channel, blocked: [...channel.blocked, ...more] };
  const to =
    brake.withdrawn && withdrawalProblem(channel, brake.withdrawn) === undefined && brake.withdrawn.to;
  const goal = to ? earlierHead(channel, to) : undefined;
  return goal && brake.withdrawn ? sentBack(stopped, goal, marked(brake.withdrawn).reason) : stopped;
}

/** Why a channel does not follow a brake's withdrawal, in words; undefined when it does. */
export function withdrawalProblem(
  channel: Channel,
  { version, to }: { version: string; to: string },
): string | undefined {
  const { head, minimum } = channel;
  if (version !== head.version) return `${version} is not the head of ${channel.channel}`;
  if (!earlierHead(channel, to)) return `${channel.channel} names no earlier head ${to}`;
  if (!isNewer(version, to)) return `${to} is not older than ${version}`;
  if (minimum && isNewer(minimum, to)) return `${to} is below the minimum ${minimum}`;
  return undefined;
}

function earlierHead({ heads = [] }: Channel, version: string): Named | undefined {
  return heads.find((head) => head.version === version);
}

function sentBack(channel: Channel, goal: Named, reason: string): Channel {
  const { head, heads = [], floors, withdrawn } = channel;
  const to = goal.version;
  const later = [...heads, head].map(({ version }) => version).filter((version) => isNewer(version, to));
  const reachable = floors.filter((floor) => !isNewer(floor.version, to));
  const kept = withdrawn
    .filter(({ version }) => isNewer(version, to) && !later.includes(version))
    .map((entry) => (reachable.some((floor) => floor.version === entry.to) ? entry : { ...entry, to }));
  return {
    ...channel,
    head: goal,
    floors: reachable,
    withdrawn: [...kept, ...later.map((version) => ({ version, to, reason }))],
  };
}

/** So that people see whose word it is. */
function marked<T extends { reason: string }>(entry: T): T {
  return { ...entry, reason: `brake: ${entry.reason}` };
}
