import { stubPackage } from '../../packages/lock/initrd-stub.ts';
import type { LockedPackage, PackagesLock } from '../../packages/lock/packages-lock.ts';
import type { DpkgFacts } from './dpkg-facts.ts';
import { repositoryOf } from './repository-of.ts';

/** A part of a CycloneDX document. */
export interface Component {
  type: string;
  'bom-ref': string;
  name: string;
  [more: string]: unknown;
}

/** The name of the property that says where a package came from that no lock has. */
export const originProperty = 'interlock:origin';

/**
 * The Debian packages of a root by name: those of the lock, unless another version took their place, and those that only
 * dpkg's list in the root has, with their `origin`. A root without such a list has the lock's.
 */
export function debianParts(
  { packages, unpacked = [], suite }: PackagesLock,
  facts: ReadonlyMap<string, DpkgFacts>,
  origin: string,
): Component[] {
  const locked = packages.filter(({ name, version }) => (facts.get(name)?.version ?? version) === version);
  const known = new Set(locked.map(({ name, version }) => `${name} ${version}`));
  const added = [...facts.values()].filter(
    ({ name, version }) => name !== stubPackage && !known.has(`${name} ${version}`),
  );
  const parts = [
    ...locked.map((each) => ofLock(each, suite, facts)),
    ...unpacked.map((each) => ({
      ...ofLock(each, suite, new Map()),
      properties: [{ name: originProperty, value: 'taken apart, not installed' }],
    })),
    ...added.map((each) => ({
      ...describe(each, suite, '', each),
      properties: [{ name: originProperty, value: origin }],
    })),
  ];
  const byRef = new Map(parts.map((part) => [`${part.name} ${part['bom-ref']}`, part]));
  return [...byRef].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, part]) => part);
}

function ofLock(locked: LockedPackage, suite: string, facts: ReadonlyMap<string, DpkgFacts>): Component {
  const known = facts.get(locked.name);
  const part = describe(locked, suite, repositoryOf(locked), known);
  const isUnlisted = facts.size > 0 && known === undefined;
  const properties = [{ name: originProperty, value: 'in packages.lock, not in the list of dpkg' }];
  return { ...part, hashes: [{ alg: 'SHA-256', content: locked.sha256 }], ...(isUnlisted && { properties }) };
}

function describe(
  { name, version, arch }: Pick<LockedPackage, 'name' | 'version' | 'arch'>,
  suite: string,
  repository: string,
  facts: DpkgFacts | undefined,
): Component {
  const source = facts?.source;
  const isOwnSource = !source || (source.name === name && source.version === version);
  const upstream = isOwnSource ? '' : `&upstream=${encode(`${source.name}@${source.version}`)}`;
  const purl = `pkg:deb/debian/${encode(name)}@${encode(version)}?arch=${arch}&distro=${suite}${upstream}${repository}`;
  return {
    type: 'library',
    'bom-ref': purl,
    name,
    version,
    ...licences(facts?.licences ?? []),
    purl,
    ...(source && { pedigree: { ancestors: [sourceOf(source)] } }),
  };
}

function sourceOf({ name, version }: DpkgFacts['source']) {
  const purl = `pkg:deb/debian/${encode(name)}@${encode(version)}?arch=source`;
  return { type: 'library', name, version, purl };
}

/** Debian's short names are close to SPDX's, and not the same: they are given as names. */
function licences(names: readonly string[]) {
  return names.length === 0 ? {} : { licenses: names.map((name) => ({ license: { name } })) };
}

function encode(text: string): string {
  return encodeURIComponent(text);
}
