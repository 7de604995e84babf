import { type Brake, parseBrake, withBrake } from '../../protocol/documents/brake.ts';
import { acceptOffer, type Channel, parseChannel } from '../../protocol/documents/channel.ts';
import { parseRelease, type Release } from '../../protocol/documents/release.ts';
import {
  brakeRole,
  brakeTarget,
  channelRole,
  channelTarget,
  releasesRole,
  releaseTarget,
  type TrustFloor,
} from '../../protocol/documents/trust.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { isNewer } from '../../protocol/text/version.ts';
import type { Running } from '../ports/host.ts';
import type { Target, TrustPort } from '../ports/trust.ts';
import { type Cache, saveCache } from './cache.ts';
import { provenTime } from './check-clock.ts';
import type { NamedTarget, Refreshed } from './refresh.ts';

/** What a decision is made from, besides the fresh metadata. */
export interface AcceptContext {
  cacheDir: string;
  name: string;
  channel: string;
  floor: TrustFloor;
  cache: Cache;
  now: Date;
}

/** How many accepted releases are remembered for the rule about their state. */
const remembered = 8;

/** Turns an offer into a target by the signed documents alone; what was verified on the way is remembered even if it is refused. */
export async function accept(
  context: AcceptContext,
  refreshed: Refreshed,
  ...[offered, running, order]: Parameters<TrustPort['accept']>
): Promise<Target> {
  checkRootFloor(context, refreshed);
  const signed = order === 'server' ? await readChannel(context, refreshed) : undefined;
  const brake = signed && (await readBrake(context, refreshed));
  const channel = signed && withBrake(signed, brake);
  const path = releaseTarget(context.name, offered.version, running.arch);
  const found = await refreshed.find(path);
  const seen = serialsOf(context, signed, brake);
  const cache = await remember(context, refreshed, seen);
  const expected = channel && acceptOffer(channel, running.version, running.arch, offered.version);
  const { release, sha256 } = await readRelease(path, found, expected);
  checkState(context, running, release);
  await remember({ ...context, cache }, refreshed, seen, release);
  const { rootHash } = release.root.verity;
  return { version: release.version, rootHash, releaseSha256: sha256, release, grant: offered.grant };
}

function checkRootFloor({ floor }: AcceptContext, { root }: Refreshed): void {
  const found = root.parsed.signed.version;
  if (found < floor.root)
    throw new InterlockError('metadata_rollback', { role: 'root', found, seen: floor.root });
}

async function readChannel(
  { name, channel, floor, cache }: AcceptContext,
  refreshed: Refreshed,
): Promise<Channel> {
  const path = channelTarget(name, channel);
  const role = channelRole(channel);
  const found = await refreshed.find(path);
  if (!found) throw new InterlockError('metadata_invalid', { role, problem: `no key names ${path}` });
  const document = parseChannel(await found.read());
  if (document.name !== name || document.channel !== channel) {
    throw new InterlockError('metadata_invalid', {
      role,
      problem: `${path} is about ${document.name} ${document.channel}`,
    });
  }
  const seen = Math.max(
    cache.serials[path] ?? 0,
    (Object.hasOwn(floor.channels, channel) && floor.channels[channel]) || 0,
  );
  if (document.serial < seen)
    throw new InterlockError('metadata_rollback', { role, found: document.serial, seen });
  return document;
}

/** The brake of the channel, if its owner gave it one and it was ever pulled. */
async function readBrake(
  { name, channel, cache }: AcceptContext,
  refreshed: Refreshed,
): Promise<Brake | undefined> {
  const path = brakeTarget(name, channel);
  const role = brakeRole(channel);
  const found = await refreshed.find(path);
  const seen = cache.serials[path] ?? 0;
  if (!found) {
    if (seen > 0) throw new InterlockError('metadata_rollback', { role, found: 0, seen });
    return undefined;
  }
  const brake = parseBrake(await found.read());
  if (brake.name !== name || brake.channel !== channel) {
    const problem = `${path} is about ${brake.name} ${brake.channel}`;
    throw new InterlockError('metadata_invalid', { role, problem });
  }
  if (brake.serial < seen) throw new InterlockError('metadata_rollback', { role, found: brake.serial, seen });
  return brake;
}

function serialsOf(
  { name, channel }: AcceptContext,
  document: Channel | undefined,
  brake: Brake | undefined,
): Record<string, number> {
  return {
    ...(document ? { [channelTarget(name, channel)]: document.serial } : {}),
    ...(brake ? { [brakeTarget(name, channel)]: brake.serial } : {}),
  };
}

/** Reads a release that the `releases` role names, and with an expected hash the very one that the channel names. */
async function readRelease(path: string, found: NamedTarget | undefined, expected: string | undefined) {
  const refuse = (problem: string) => new InterlockError('metadata_invalid', { role: releasesRole, problem });
  if (!found) throw refuse(`no key names ${path}`);
  if (expected && found.sha256 !== expected) throw refuse(`${path} is not the one that the channel names`);
  const release = parseRelease(await found.read());
  const own = releaseTarget(release.name, release.version, release.arch);
  if (own !== path) throw refuse(`${path} holds ${own}`);
  return { release, sha256: found.sha256 };
}

/** Refuses a version that cannot run on the state of the one that runs now. */
function checkState({ cache, floor }: AcceptContext, running: Running, release: Release): void {
  const oldest =
    cache.accepted.find(({ version }) => version === running.version)?.stateCompat ?? floor.stateCompat;
  if (oldest !== undefined && isNewer(oldest, release.version)) {
    const problem = `the state of ${running.version} needs at least ${oldest}`;
    throw new InterlockError('offer_refused', { version: release.version, problem });
  }
}

async function remember(
  { cacheDir, cache, now }: AcceptContext,
  refreshed: Refreshed,
  serials: Record<string, number>,
  release?: Release,
): Promise<Cache> {
  const metadata = await refreshed.metadata();
  const next: Cache = {
    ...cache,
    metadata,
    serials: { ...cache.serials, ...serials },
    verifiedAt: provenTime(refreshed.timestamp, cache.verifiedAt, now),
    accepted: release ? withAccepted(cache.accepted, release) : cache.accepted,
  };
  await saveCache(cacheDir, next);
  return next;
}

function withAccepted(accepted: Cache['accepted'], { version, stateCompat }: Release): Cache['accepted'] {
  const others = accepted.filter((entry) => entry.version !== version);
  return [...others, { version, stateCompat }].slice(-remembered);
}
