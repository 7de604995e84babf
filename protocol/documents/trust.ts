import { type Static, Type } from 'typebox';
import { type Arch, Count, Positive, parseJson, problemOf, strict, Time, Version } from '../schema/schema.ts';
import { dayMs } from '../time/durations.ts';

/** Online roles, signed by the server itself; stealing their keys can only withhold. */
export const onlineRoles = ['snapshot', 'timestamp'] as const;
/** The role whose key signs `release.json`. */
export const releasesRole = 'releases';

/** The role whose key decides what the hosts of a channel run. */
export function channelRole(channel: string): string {
  return `channel-${channel}`;
}

/** The on-call role: it can only make a channel stricter (`protocol/documents/brake.ts`). */
export function brakeRole(channel: string): string {
  return `brake-${channel}`;
}

/** The roles that root itself names; all others are delegated to by `targets`. */
export function isTopRole(role: string): boolean {
  return ['root', 'targets', ...onlineRoles].includes(role);
}

/** The TUF target that the `releases` role signs. */
export function releaseTarget(name: string, version: string, arch: Arch): string {
  return `${name}/${version}/${arch}/release.json`;
}

/** The TUF target that a channel's role signs. */
export function channelTarget(name: string, channel: string): string {
  return `channels/${name}/${channel}.json`;
}

/** The TUF target that a channel's brake signs. */
export function brakeTarget(name: string, channel: string): string {
  return `brakes/${name}/${channel}.json`;
}

/** What each role may name, as TUF path patterns; `*` does not cross a slash. */
export const releasesPaths = ['*/*/*/release.json'];
/** The paths that the role of a channel may name. */
export function channelPaths(channel: string): string[] {
  return [`channels/*/${channel}.json`];
}

/** The paths that the role `brake-<channel>` may name. */
export function brakePaths(channel: string): string[] {
  return [`brakes/*/${channel}.json`];
}

/** Life of a signature in days; the server warns at a third of the remaining life. */
export const lifeDays = {
  root: 365,
  targets: 365,
  releases: 90,
  channel: 30,
  brake: 90,
  snapshot: 7,
  timestamp: 1,
} as const;

/** When a signature of a role made now ends, to the second as TUF wants it (TUF 1.0.34 §4.3). */
export function expiresAt(role: string, now: Date): string {
  return `${new Date(now.getTime() + lifeOf(role)).toISOString().slice(0, 19)}Z`;
}

/** True once two thirds of a signature's life are over, or when it lives too long: time to sign again. */
export function isDue(role: string, expires: string, now: Date): boolean {
  return new Date(expires).getTime() - now.getTime() < lifeOf(role) / 3 || livesTooLong(role, expires, now);
}

/** How far one signature may raise a version: after the highest number, metadata could never be renewed. */
const longestLeap = 10_000;

/** What is wrong with the version and the expiry of a document that we are to sign or to publish after version `before`, in words. */
export function countingProblem(
  { version, expires }: { version: number; expires: string },
  before: number,
): string | undefined {
  if (problemOf(Positive, version)) return `version ${version} is not valid`;
  if (leaps(version, before)) return `version ${version} leaps too far ahead of ${before}`;
  return problemOf(Time, expires) && `its expiry ${expires} is not a calendar time in UTC`;
}

/** Whether a number that only ever rises would rise so far that the next one might not exist. */
export function leaps(after: number, before: number): boolean {
  return after > before + longestLeap;
}

/** Clocks of two hosts differ by less than this unless one is wrong. */
const clockSlackMs = dayMs;

/** True for a signature that lives longer than any made now would: it was made under a clock that was ahead, or ours is behind. */
export function livesTooLong(role: string, expires: string, now: Date, slackMs = clockSlackMs): boolean {
  return signedAt(role, expires).getTime() - now.getTime() > slackMs;
}

/** When a signature was made, by its own clock: one life before it ends. */
export function signedAt(role: string, expires: string): Date {
  return new Date(new Date(expires).getTime() - lifeOf(role));
}

function lifeOf(role: string): number {
  const kind = /^(channel|brake)-/.exec(role)?.[1] ?? role;
  return lifeDays[kind as keyof typeof lifeDays] * dayMs;
}

/** Where a target's bytes lie under `paths.targets`: its hash stands before its name (TUF 1.0.34 §6.2). */
export function targetFile(target: string, sha256: string): string {
  const slash = target.lastIndexOf('/') + 1;
  return `${target.slice(0, slash)}${sha256}.${target.slice(slash)}`;
}

/** What a host without memory still refuses to go below: a build input, inside the verified root. */
export const TrustFloor = strict({
  format: Type.Literal(1),
  /** When the image was made; a clock before it is wrong. */
  built: Time,
  /** Version of the root metadata. */
  root: Positive,
  /** Serial of the channel document, by channel. */
  channels: Type.Record(Type.String(), Count),
  /** The oldest version that may run on the state that this image leaves behind. */
  stateCompat: Type.Optional(Version),
});
export type TrustFloor = Static<typeof TrustFloor>;

/** Reads the trust floor of an image. Throws `state_invalid`. */
export function parseTrustFloor(text: string | Uint8Array): TrustFloor {
  return parseJson(TrustFloor, text, 'trust floor', 'state_invalid');
}
