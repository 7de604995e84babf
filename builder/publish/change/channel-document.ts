import type { Channel, Named } from '../../../protocol/documents/channel.ts';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { compareVersions, isNewer } from '../../../protocol/text/version.ts';

/** The document that a change was meant on top of; null: a channel without one. */
export type Expected = { serial: number; head: string } | null;

/** Refuses to change a document that somebody else changed meanwhile. Throws `intent_outdated`. */
export function requireExpected(channel: Channel | undefined, expected: Expected | undefined): void {
  if (expected === undefined) return;
  // the serial alone: by the on-call key the server shows another head than the channel's own document has
  const found = channel ? { serial: channel.serial, head: channel.head.version } : null;
  if (found?.serial === expected?.serial) return;
  const say = (one: Expected) => (one ? `serial ${one.serial} with head ${one.head}` : 'no document');
  throw new InterlockError('intent_outdated', { expected: say(expected), found: say(found) });
}

/** Points the channel at a version. Going lower is refused: hosts would be stranded; that is what `rollback` is for. */
export function withHead(channel: Channel | undefined, name: string, into: string, head: Named): Channel {
  if (!channel) {
    const empty = { floors: [], minimum: null, blocked: [], withdrawn: [] };
    return { format: 1, name, channel: into, serial: 1, head, ...empty };
  }
  const { version } = head;
  const refuse = (problem: string) =>
    new InterlockError('bad_input', { what: `${name} ${version}`, problem });
  if (isNewer(channel.head.version, version)) {
    throw refuse(`${into} is at ${channel.head.version}; going back is \`interlock rollback\``);
  }
  if (channel.blocked.some((entry) => entry.version === version)) {
    throw refuse(`${into} blocks it; undo that with \`interlock channel block --undo\``);
  }
  const isSame = channel.head.version === version;
  const releases = isSame ? { ...channel.head.releases, ...head.releases } : head.releases;
  return repoint({ ...channel, head: { version, releases } });
}

/**
 * Points the channel at an older version and lets hosts of every newer one go there; `newer` are all of that name
 * that were ever signed. Floors above the goal go away, or hosts would climb to them first.
 */
export function rolledBack(channel: Channel, head: Named, newer: readonly string[], reason: string): Channel {
  const { version: to } = head;
  if (!isNewer(channel.head.version, to)) {
    const problem = `is not older than ${channel.head.version}, the head of ${channel.channel}`;
    throw new InterlockError('bad_input', { what: `${channel.name} ${to}`, problem });
  }
  const kept = channel.withdrawn.filter((entry) => !newer.includes(entry.version));
  const added = newer.toSorted(compareVersions).map((version) => ({ version, to, reason }));
  return repoint({
    ...channel,
    head,
    floors: channel.floors.filter((floor) => !isNewer(floor.version, to)),
    minimum: channel.minimum && isNewer(channel.minimum, to) ? to : channel.minimum,
    withdrawn: [...kept, ...added],
  });
}

/** How many earlier heads a channel with a brake remembers. */
const remembered = 16;

/** What the brake may send hosts back to: heads that the channel had, older than its head is to be, oldest first. */
export function earlierHeads(before: Channel | undefined, head: string): Named[] {
  const known = before ? [...(before.heads ?? []), before.head] : [];
  const byVersion = new Map(known.map((named) => [named.version, named]));
  return [...byVersion.values()]
    .filter(({ version }) => isNewer(head, version))
    .toSorted((a, b) => compareVersions(a.version, b.version))
    .slice(-remembered);
}

/** Blocks a version, or lets it go again. */
export function withBlocked(channel: Channel, version: string, reason: string | null): Channel {
  const others = channel.blocked.filter((entry) => entry.version !== version);
  return { ...channel, blocked: reason === null ? others : [...others, { version, reason }] };
}

/** Sends hosts of exactly one version, which is not the head, to the head. */
export function withWithdrawn(channel: Channel, version: string, reason: string): Channel {
  const { head, name, channel: into } = channel;
  if (version === head.version) {
    const problem = `is the head of ${into}; going back is \`interlock rollback\``;
    throw new InterlockError('bad_input', { what: `${name} ${version}`, problem });
  }
  const others = channel.withdrawn.filter((entry) => entry.version !== version);
  return { ...channel, withdrawn: [...others, { version, to: head.version, reason }] };
}

/** Makes every host older than a version run it before it goes further, or takes that back. */
export function withFloor(channel: Channel, floor: Named, isFloor: boolean): Channel {
  if (isFloor && isNewer(floor.version, channel.head.version)) {
    const problem = `is newer than ${channel.head.version}, the head of ${channel.channel}`;
    throw new InterlockError('bad_input', { what: `floor ${floor.version}`, problem });
  }
  const others = channel.floors.filter((entry) => entry.version !== floor.version);
  const floors = isFloor ? [...others, floor] : others;
  return { ...channel, floors: floors.toSorted((a, b) => compareVersions(a.version, b.version)) };
}

/** Keeps withdrawn versions from being stranded: those below the new head go forward by themselves, the rest go to it. */
function repoint(channel: Channel): Channel {
  const { version } = channel.head;
  const reachable = new Set(channel.floors.map((floor) => floor.version));
  const withdrawn = channel.withdrawn
    .filter((entry) => isNewer(entry.version, version))
    .map((entry) => (reachable.has(entry.to) ? entry : { ...entry, to: version }));
  return { ...channel, withdrawn };
}
