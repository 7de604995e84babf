import { createHash } from 'node:crypto';
import type { Metadata, Targets } from '@tufjs/models';
import type { PublishRequest } from '../../../protocol/api/publish.ts';
import { parseBrake, withBrake, withdrawalProblem } from '../../../protocol/documents/brake.ts';
import { type Channel, parseChannel } from '../../../protocol/documents/channel.ts';
import { parseRelease, type Release } from '../../../protocol/documents/release.ts';
import {
  brakeRole,
  brakeTarget,
  channelRole,
  channelTarget,
  leaps,
  releasesRole,
  releaseTarget,
  targetFile,
} from '../../../protocol/documents/trust.ts';
import { invalid } from '../../../system/tuf/parse-role.ts';
import type { SignedRoles } from './signed-roles.ts';
import type { Published } from './state.ts';
import type { VerifiedRoles } from './verify-roles.ts';

type Named = Pick<Published, 'targets' | 'releases' | 'channels'>;

/**
 * Checks that the sent target files are exactly those the sent roles newly name, and that each says what its path says.
 * `documents` are the channels' and brakes' present ones, by target path; the channels returned are as hosts obey them.
 */
export function checkTargets(
  present: SignedRoles,
  roles: VerifiedRoles,
  request: PublishRequest,
  documents: Record<string, string>,
): Named {
  const named: Named = { targets: {}, releases: [], channels: [] };
  const left = new Set(Object.keys(request.targets));
  const touched: { name: string; channel: string }[] = [];
  for (const { role } of request.roles) {
    const metadata = roles.delegated[role];
    if (!metadata) continue;
    const before = present.targets.get(role);
    for (const [path, sha256] of newTargets(role, before?.parsed, metadata, roles)) {
      const text = request.targets[path];
      if (text === undefined) throw invalid(role, `${path} is named and was not sent`);
      checkBytes(role, path, text, sha256, metadata);
      if (role === releasesRole) named.releases.push(checkRelease(path, text));
      else {
        touched.push(checkDocument(role, path, text, roles));
        checkSerial(role, path, text, documents[path]);
      }
      named.targets[targetFile(path, sha256)] = text;
      left.delete(path);
    }
  }
  for (const path of left) throw invalid('targets', `${path} was sent and no new role names it`);
  const all = { ...documents, ...request.targets };
  const paths = new Set(touched.map(({ name, channel }) => channelTarget(name, channel)));
  return { ...named, channels: [...paths].map((path) => obeyed(path, all, request)) };
}

/** A channel with its brake. A brake that asks for what no host would do is refused: its holder would believe that it had worked. */
function obeyed(path: string, documents: Record<string, string>, { targets }: PublishRequest): Channel {
  const text = documents[path];
  if (text === undefined) throw invalid('targets', `${path} is not there yet; there is nothing to brake`);
  const channel = parseChannel(text);
  const brakePath = brakeTarget(channel.name, channel.channel);
  const brake = documents[brakePath] === undefined ? undefined : parseBrake(documents[brakePath]);
  const problem =
    brake?.withdrawn && targets[brakePath] !== undefined && withdrawalProblem(channel, brake.withdrawn);
  if (problem) throw invalid(brakeRole(channel.channel), problem);
  return withBrake(channel, brake);
}

/** Path and hash of every target that changed; a release, once named, never changes. */
function newTargets(
  role: string,
  before: Metadata<Targets> | undefined,
  after: Metadata<Targets>,
  { targets }: VerifiedRoles,
): [string, string][] {
  const delegation = targets.signed.delegations?.roles?.[role];
  return Object.entries(after.signed.targets).flatMap(([path, target]): [string, string][] => {
    if (!delegation?.isDelegatedPath(path)) throw invalid(role, `may not name ${path}`);
    const sha256 = target.hashes.sha256;
    if (!sha256 || Object.keys(target.hashes).length !== 1) throw invalid(role, `${path} needs one SHA-256`);
    const old = before?.signed.targets[path]?.hashes.sha256;
    if (old === sha256) return [];
    if (old && role === releasesRole) throw invalid(role, `${path} was signed with other bytes`);
    return [[path, sha256]];
  });
}

function checkBytes(role: string, path: string, text: string, sha256: string, by: Metadata<Targets>): void {
  const bytes = Buffer.from(text);
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== sha256) throw invalid(role, `${path} hashes to ${found}`);
  const length = by.signed.targets[path]?.length;
  if (length !== bytes.length) throw invalid(role, `${path} is ${bytes.length} bytes long, not ${length}`);
}

function checkRelease(path: string, text: string): Release {
  const release = parseRelease(text);
  const own = releaseTarget(release.name, release.version, release.arch);
  if (own !== path) throw invalid(releasesRole, `${path} holds ${own}`);
  return release;
}

/** Hosts refuse a serial below the one they saw, and could be sent nothing after the last there is. */
function checkSerial(role: string, path: string, text: string, known: string | undefined): void {
  const serialOf = (document: string) => (JSON.parse(document) as { serial: number }).serial;
  const [before, after] = [known === undefined ? 0 : serialOf(known), serialOf(text)];
  if (after > before && !leaps(after, before)) return;
  throw invalid(role, `${path} has serial ${after}, which cannot follow ${before}`);
}

function checkDocument(role: string, path: string, text: string, roles: VerifiedRoles) {
  if (!role.startsWith('brake-')) return checkChannel(role, path, text, roles);
  const brake = parseBrake(text);
  const own = brakeTarget(brake.name, brake.channel);
  if (own !== path || brakeRole(brake.channel) !== role) throw invalid(role, `${path} holds ${own}`);
  return brake;
}

function checkChannel(role: string, path: string, text: string, roles: VerifiedRoles): Channel {
  const channel = parseChannel(text);
  const own = channelTarget(channel.name, channel.channel);
  if (own !== path || channelRole(channel.channel) !== role) throw invalid(role, `${path} holds ${own}`);
  const released = roles.delegated[releasesRole]?.signed.targets ?? {};
  for (const { version, releases } of [channel.head, ...channel.floors, ...(channel.heads ?? [])]) {
    for (const [arch, sha256] of Object.entries(releases) as ['x86-64' | 'arm64', string][]) {
      const target = releaseTarget(channel.name, version, arch);
      if (released[target]?.hashes.sha256 !== sha256) {
        throw invalid(role, `${target} with hash ${sha256} is signed by no release key`);
      }
    }
  }
  return channel;
}
