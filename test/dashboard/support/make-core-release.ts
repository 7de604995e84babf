import { randomBytes } from 'node:crypto';
import { closeSync, ftruncateSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LockedPackage } from '../../../builder/packages/lock/packages-lock.ts';
import { formatLock } from '../../../builder/packages/lock/packages-lock.ts';
import type { PayloadRef } from '../../../protocol/documents/release.ts';
import { makeRelease, sha256 } from '../../update-server/support/make-release.ts';

/** Packages by version of the image: what a person would compare. */
const packages: Record<string, Record<string, string>> = {
  '1.9.0': {
    'base-files': '13.8',
    bash: '5.2.37-2',
    libc6: '2.41-12',
    openssl: '3.5.1-1',
    systemd: '257.8-1',
    wget: '1.25.0-2',
  },
  '2.0.0': {
    'base-files': '13.8',
    bash: '5.2.37-2',
    curl: '8.14.1-2',
    libc6: '2.41-12',
    openssl: '3.5.4-1',
    systemd: '257.9-1',
  },
  '2.1.0': {
    'base-files': '13.9',
    bash: '5.2.37-2',
    curl: '8.14.1-2',
    libc6: '2.41-13',
    openssl: '3.5.4-1',
    systemd: '257.9-1',
  },
};
const rootSize = 96 * 1024 * 1024;
const payloadSize = 3_400_000;
const rootHashes = new Map<string, string>();

/** Makes a release folder of the image `core` with a list of packages, a large empty root, and a delta from another. */
export function makeCoreRelease(parent: string, version: string, from: string | null): string {
  const { dir, release } = makeRelease(parent, version, { name: 'core', payloadSize });
  rootHashes.set(version, release.root.verity.rootHash);
  const put = (file: string, bytes: string | Buffer) => {
    writeFileSync(join(dir, file), bytes);
    return { size: bytes.length, sha256: sha256(bytes) };
  };
  const sbom = { bomFormat: 'CycloneDX', specVersion: '1.6', components: componentsOf(version) };
  const changed = {
    ...release,
    root: { ...release.root, ...emptyRoot(join(dir, 'root.erofs')) },
    packagesLock: put(
      'packages.lock',
      formatLock({
        format: 1,
        suite: 'trixie',
        arch: 'x86-64',
        date: release.created,
        packages: lockedOf(version),
      }),
    ),
    sbom: put('sbom.cdx.json', JSON.stringify(sbom)),
    payloads: [...release.payloads, ...(from ? [deltaFrom(from, put)] : [])],
  };
  writeFileSync(join(dir, 'release.json'), JSON.stringify(changed, null, 1));
  return dir;
}

function lockedOf(version: string): LockedPackage[] {
  return Object.entries(packages[version] ?? {}).map(([name, version]) => ({
    ...{ name, version, arch: 'amd64', size: 1000, sha256: sha256(name + version) },
    path: `pool/main/${name[0]}/${name}/${name}.deb`,
  }));
}

function componentsOf(version: string) {
  return Object.entries(packages[version] ?? {}).map(([name, version]) => ({
    type: 'library',
    name,
    version,
  }));
}

function emptyRoot(file: string) {
  const handle = openSync(file, 'w');
  ftruncateSync(handle, rootSize);
  closeSync(handle);
  return { size: rootSize, sha256: sha256(readFileSync(file)) };
}

function deltaFrom(
  version: string,
  put: (file: string, bytes: Buffer) => { size: number; sha256: string },
): PayloadRef {
  const file = `payload.from-${version}`;
  const bytes = randomBytes(payloadSize / 20);
  const header = { size: 104, sha256: sha256(bytes.subarray(0, 104)) };
  return { file, ...put(file, bytes), header, from: { version, rootHash: rootHashes.get(version)! } };
}
