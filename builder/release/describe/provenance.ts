import { allPackages, type PackagesLock } from '../../packages/lock/packages-lock.ts';
import type { SourceDigest } from '../../tree/sources/add-source.ts';
import { repositoryOf } from './repository-of.ts';
import type { Resource, Statement } from './statement.ts';

/** What went into a release, and what made it. */
export interface Origin {
  name: string;
  version: string;
  arch: string;
  /** Seconds since 1970. */
  epoch: number;
  /** Hex SHA-256; see `definitionDigest`. */
  definition: string;
  lock: PackagesLock;
  sources: readonly SourceDigest[];
  /** Version of the builder; it runs on the Node of this process. */
  builder: string;
}

/** Indexes that had expired, which was allowed when the packages were chosen. */
function expiredIndexes({ expired }: PackagesLock) {
  return expired ? { allowExpired: expired } : {};
}

/**
 * States how a release came to be: an in-toto Statement v1 with SLSA's provenance v1 as predicate. It says nothing
 * about when or where: the same inputs make the same statement.
 */
export function provenance(origin: Origin, subject: Resource[]): Statement {
  const { name, version, arch, epoch, definition, lock, sources, builder } = origin;
  const packages = allPackages(lock).map((locked): Resource => {
    const purl = `pkg:deb/debian/${encodeURIComponent(locked.name)}@${encodeURIComponent(locked.version)}?arch=${locked.arch}${repositoryOf(locked)}`;
    const name = locked.repository === undefined ? locked.path : `${locked.repository}/${locked.path}`;
    return { name, uri: purl, digest: { sha256: locked.sha256 } };
  });
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject,
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: 'urn:interlock:build:v1',
        externalParameters: { image: name, version, arch, epoch, ...expiredIndexes(lock) },
        resolvedDependencies: [
          { name: 'definition', digest: { sha256: definition } },
          ...sources.map((source): Resource => ({ name: source.name, digest: { sha256: source.sha256 } })),
          ...packages,
        ],
      },
      runDetails: {
        builder: {
          id: 'urn:interlock:builder',
          version: { interlock: builder, node: process.versions.node },
        },
      },
    },
  };
}
