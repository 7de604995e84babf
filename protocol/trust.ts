import type { Arch } from './schema.ts';

/** Online roles, signed by the server itself; stealing their keys can only withhold. */
export const onlineRoles = ['snapshot', 'timestamp'] as const;
/** The role whose key signs `release.json`. */
export const releasesRole = 'releases';

/** The role whose key decides what the hosts of a channel run. */
export function channelRole(channel: string): string {
  return `channel-${channel}`;
}

/** The TUF target that the `releases` role signs. */
export function releaseTarget(name: string, version: string, arch: Arch): string {
  return `${name}/${version}/${arch}/release.json`;
}

/** The TUF target that a channel's role signs. */
export function channelTarget(name: string, channel: string): string {
  return `channels/${name}/${channel}.json`;
}

/** What each role may name, as TUF path patterns; `*` does not cross a slash. */
export const releasesPaths = ['*/*/*/release.json'];
export function channelPaths(channel: string): string[] {
  return [`channels/*/${channel}.json`];
}

/** Life of a signature in days; the server warns at a third of the remaining life. */
export const lifeDays = {
  root: 365,
  targets: 365,
  releases: 90,
  channel: 30,
  snapshot: 7,
  timestamp: 1,
} as const;

/** Where an image carries what it trusts before it has seen any server. */
export const imageRootFile = '/usr/lib/interlock/root.json';
export const imageFloorFile = '/usr/lib/interlock/trust-floor.json';
