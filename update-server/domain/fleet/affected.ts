import type { Comparison } from '../../../protocol/api/fleet.ts';
import { compareVersions } from '../../../protocol/text/debian-version.ts';
import type { HostCount } from './overview.ts';

/** A package of a release, with the source that it was built from. */
export interface Package {
  name: string;
  version: string;
  source: { name: string; version: string } | null;
}

/** What is searched for: a package or a source by name, of any version or of some. */
export interface Wanted {
  package: string;
  is?: Comparison | undefined;
  version?: string | undefined;
}

const fits: Record<Comparison, (order: number) => boolean> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '=': (order) => order === 0,
  '>=': (order) => order >= 0,
  '>': (order) => order > 0,
};

/** The packages of a release that fit; those of a source go by the source's version, as advisories name it. */
export function affectedPackages(
  packages: readonly Package[],
  { package: name, is, version }: Wanted,
): { package: string; version: string }[] {
  const isMeant = (found: string) =>
    !is || version === undefined || fits[is](compareVersions(found, version));
  return packages
    .filter((one) =>
      one.name === name ? isMeant(one.version) : one.source?.name === name && isMeant(one.source.version),
    )
    .map((one) => ({ package: one.name, version: one.version }));
}

/** How many hosts run what, by image, version and architecture; `channel` counts its hosts alone. */
export function countRunning(
  rows: readonly HostCount[],
  channel: string | undefined,
): Map<string, Pick<HostCount, 'name' | 'arch' | 'hosts'> & { version: string }> {
  const sums = new Map<string, Pick<HostCount, 'name' | 'arch' | 'hosts'> & { version: string }>();
  for (const { name, version, arch, hosts, channel: of } of rows) {
    if (version === null || (channel !== undefined && of !== channel)) continue;
    const key = runningKey(name, version, arch);
    sums.set(key, { name, version, arch, hosts: (sums.get(key)?.hosts ?? 0) + hosts });
  }
  return sums;
}

/** The key of those counts. */
export function runningKey(name: string, version: string, arch: string): string {
  return `${name}/${version}/${arch}`;
}
