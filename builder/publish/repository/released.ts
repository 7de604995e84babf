import type { Named } from '../../../protocol/documents/channel.ts';
import { parseRelease, type Release } from '../../../protocol/documents/release.ts';
import { releasesRole, releaseTarget } from '../../../protocol/documents/trust.ts';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import type { Arch } from '../../../protocol/schema/schema.ts';
import { whatThereIs } from '../../../protocol/text/suggest.ts';
import { compareVersions, isNewer } from '../../../protocol/text/version.ts';
import { readTarget, type ServerRepository } from './read-repository.ts';
import type { PublishServer } from './server.ts';

/** Every version of a name that the `releases` role names on the server, each with its architectures. */
export function releasedVersions({ roles }: ServerRepository, name: string): Map<string, Named> {
  const versions = new Map<string, Named>();
  const targets = roles[releasesRole]?.parsed.signed.targets ?? {};
  for (const [path, target] of Object.entries(targets)) {
    const [owner, version, arch] = path.split('/') as [string, string, Arch];
    if (owner !== name) continue;
    const named = versions.get(version) ?? { version, releases: {} };
    versions.set(version, { version, releases: { ...named.releases, [arch]: target.hashes.sha256 ?? '' } });
  }
  return versions;
}

/** One version of a name on the server, or `not_found`. */
export function releasedVersion(repository: ServerRepository, name: string, version: string): Named {
  const versions = releasedVersions(repository, name);
  const named = versions.get(version);
  if (named) return named;
  const newestFirst = [...versions.keys()].toSorted((a, b) => compareVersions(b, a));
  const known =
    versions.size > 0 ? whatThereIs(version, newestFirst) : whatThereIs(name, imagesOf(repository));
  throw new InterlockError('not_found', { what: `${name} ${version} on this server`, known });
}

function imagesOf({ roles }: ServerRepository): string[] {
  const targets = roles[releasesRole]?.parsed.signed.targets ?? {};
  return [...new Set(Object.keys(targets).map((path) => path.split('/')[0]!))];
}

/** The `release.json` of every architecture of a version, each checked by hash. */
export async function readReleases(
  server: PublishServer,
  repository: ServerRepository,
  name: string,
  { version, releases }: Named,
): Promise<Release[]> {
  const arches = Object.keys(releases) as Arch[];
  const texts = arches.map((arch) =>
    readTarget(server, repository, releasesRole, releaseTarget(name, version, arch)),
  );
  return (await Promise.all(texts)).flatMap((text) => (text === undefined ? [] : [parseRelease(text)]));
}

/** Versions whose state the goal cannot run on; their hosts stay where they are. */
export async function oneWay(
  server: PublishServer,
  repository: ServerRepository,
  name: string,
  newer: readonly Named[],
  to: string,
): Promise<string[]> {
  const releases = await Promise.all(newer.map((named) => readReleases(server, repository, name, named)));
  return releases
    .flat()
    .filter(({ stateCompat }) => isNewer(stateCompat, to))
    .map(({ version }) => version);
}
