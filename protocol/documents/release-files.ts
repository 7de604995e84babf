import type { Release } from './release.ts';

/** A file of a release, with what `release.json` says about it. */
export interface ReleaseFile {
  name: string;
  size: number;
  sha256: string;
}

/** Every file in a release's folder that `release.json` names, in the order people read them. */
export function releaseFiles({ root, boot, loader, payloads, packagesLock, sbom }: Release): ReleaseFile[] {
  return [
    { name: 'root.erofs', size: root.size, sha256: root.sha256 },
    { name: 'root.verity', size: root.verity.size, sha256: root.verity.sha256 },
    { name: 'boot.efi', ...boot },
    ...(loader ? [{ name: 'loader.efi', ...loader }] : []),
    ...publishedFiles({ payloads, packagesLock, sbom }),
  ];
}

/** The files that a server keeps by their hashes: what hosts download, and the two lists of packages. */
export function publishedFiles({
  payloads,
  packagesLock,
  sbom,
}: Pick<Release, 'payloads' | 'packagesLock' | 'sbom'>): ReleaseFile[] {
  return [
    ...payloads.map(({ file, size, sha256 }) => ({ name: file, size, sha256 })),
    { name: 'packages.lock', ...packagesLock },
    { name: 'sbom.cdx.json', ...sbom },
  ];
}
