import { type Static, Type } from 'typebox';
import { InterlockError } from '../errors/interlock-error.ts';
import { type Arch, Positive, parseJson, Sha256, strict, Version, Word } from '../schema/schema.ts';
import { isNewer } from '../text/version.ts';

/** A version and, per architecture, the SHA-256 of its `release.json`. */
const Named = strict({
  version: Version,
  releases: Type.Partial(strict({ 'x86-64': Sha256, arm64: Sha256 })),
});
export type Named = Static<typeof Named>;

/** `channels/<name>/<channel>.json`: what the holders of a channel's key want its hosts to run. */
export const Channel = strict({
  format: Type.Literal(1),
  name: Word,
  channel: Word,
  /** Rises by one with every signature; hosts refuse a lower one. */
  serial: Positive,
  head: Named,
  /** Earlier heads, oldest first, to which the brake may send hosts back; only in channels that have a brake. */
  heads: Type.Optional(Type.Array(Named, { maxItems: 64 })),
  /** Versions that every host older than them must run before it goes further, oldest first. */
  floors: Type.Array(Named),
  /** Hosts below it should update now. */
  minimum: Type.Union([Version, Type.Null()]),
  blocked: Type.Array(strict({ version: Version, reason: Type.String() })),
  /** Exactly these versions may go lower, and only to `to`. */
  withdrawn: Type.Array(strict({ version: Version, to: Version, reason: Type.String() })),
});
export type Channel = Static<typeof Channel>;

/** Reads a channel document. Throws `metadata_invalid`. */
export function parseChannel(text: string | Uint8Array): Channel {
  return parseJson(Channel, text, 'channel document', 'metadata_invalid');
}

/** Where a host of a channel goes next, or why nowhere. Server and host decide by the same rule. */
export type Hop = { to: Named & { sha256: string } } | { none: HopRefusal };
/** Why a channel has no next version for a host. */
export type HopRefusal = 'up_to_date' | 'blocked' | 'stranded' | 'newer_than_head' | 'no_release_for_arch';

/** The next version for a host that runs `running`: a withdrawn version's target, else the next floor, else the head. */
export function nextHop(channel: Channel, running: string, arch: Arch): Hop {
  if (running === channel.head.version) return { none: 'up_to_date' };
  const withdrawn = channel.withdrawn.find((entry) => entry.version === running);
  const back = withdrawn && named(channel, withdrawn.to);
  const floor = channel.floors.find((entry) => isNewer(entry.version, running));
  const goal = back ?? floor ?? channel.head;
  if (!back && !isNewer(goal.version, running)) return { none: 'newer_than_head' };
  if (channel.blocked.some((entry) => entry.version === goal.version)) {
    return { none: goal === floor ? 'stranded' : 'blocked' };
  }
  const sha256 = goal.releases[arch];
  return sha256 ? { to: { ...goal, sha256 } } : { none: 'no_release_for_arch' };
}

/** Throws unless the signed channel document itself sends this host to the offered version. */
export function acceptOffer(channel: Channel, running: string, arch: Arch, offered: string): string {
  const hop = nextHop(channel, running, arch);
  const refuse = (problem: string) => new InterlockError('offer_refused', { version: offered, problem });
  if ('none' in hop) throw refuse(`channel ${channel.channel} says ${hop.none} for ${running}`);
  if (hop.to.version !== offered) throw refuse(`channel ${channel.channel} names ${hop.to.version}`);
  return hop.to.sha256;
}

function named(channel: Channel, version: string): Named | undefined {
  return [channel.head, ...channel.floors].find((entry) => entry.version === version);
}
