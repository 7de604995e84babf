import type { ReleaseDetail } from '../../../../protocol/api/dashboard.ts';
import type { ReleaseSummary, RoleLife } from '../../../../protocol/api/operator.ts';
import type { Release } from '../../../../protocol/documents/release.ts';
import { channelRole, releasesRole } from '../../../../protocol/documents/trust.ts';

interface Blob {
  sha256: string;
  size: number;
}

/** Collects what a release's page shows: its sizes, its files stored here, and its signatures. */
export async function describeRelease(
  { published, channels, sha256 }: ReleaseSummary,
  { name, version, arch, created, root, boot, payloads, packagesLock, sbom, stateCompat }: Release,
  roles: readonly RoleLife[],
  isHere: (blob: Blob) => Promise<boolean>,
): Promise<ReleaseDetail> {
  const part = async ({ sha256: hash, size }: Blob) => ({
    sha256: hash,
    size,
    here: await isHere({ sha256: hash, size }),
  });
  const signers = [releasesRole, ...channels.map(channelRole)];
  return {
    ...{ name, version, arch, sha256, published, created, channels, stateCompat },
    rootHash: root.verity.rootHash,
    sizes: { root: root.size, verity: root.verity.size, boot: boot.size },
    payloads: await Promise.all(
      payloads.map(async (payload) => ({
        ...(await part(payload)),
        file: payload.file,
        from: payload.from?.version ?? null,
      })),
    ),
    packagesLock: await part(packagesLock),
    sbom: await part(sbom),
    signed: signers.flatMap((role) =>
      roles
        .filter((life) => life.role === role)
        .map(({ keys, version: signature, expires }) => ({ role, keys, version: signature, expires })),
    ),
  };
}
