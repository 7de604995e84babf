import { type Static, Type } from 'typebox';
import { InterlockError } from '../errors/interlock-error.ts';
import { Arch, Bytes, parseJson, Sha256, strict, Time, Version, Word } from '../schema/schema.ts';

const Blob = strict({ size: Bytes, sha256: Sha256 });

/** A way to write the release: from nothing (`from` null) or from the image with that root hash. */
export const PayloadRef = strict({
  file: Type.String({ pattern: '^payload\\.[0-9A-Za-z.~^+-]+$' }),
  size: Bytes,
  sha256: Sha256,
  /** The payload's header (everything before the blobs); it is checked before the first byte is written. */
  header: Blob,
  from: Type.Union([Type.Null(), strict({ version: Version, rootHash: Sha256 })]),
});
export type PayloadRef = Static<typeof PayloadRef>;

/** `release.json`: what a release is, every other file named by its hash; signed by the `releases` role. */
export const Release = strict({
  format: Type.Literal(1),
  name: Word,
  version: Version,
  arch: Arch,
  created: Time,
  root: strict({
    size: Bytes,
    sha256: Sha256,
    verity: strict({
      size: Bytes,
      sha256: Sha256,
      /** dm-verity root hash (SHA-256, 4096-byte blocks, hash type 1). */
      rootHash: Sha256,
      /** Hex, 32 bytes. */
      salt: Sha256,
      /** Text form of the superblock's uuid: the first 16 bytes of the root hash. */
      uuid: Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' }),
    }),
  }),
  /** The unified kernel image. */
  boot: Blob,
  /** `loader.efi`: the boot loader for first-install disks; updates do not write it. */
  loader: Type.Optional(Blob),
  /** Room of a slot's partitions that the image was defined for; first-install disks are made with it. */
  slots: Type.Optional(strict({ root: Bytes, verity: Bytes })),
  payloads: Type.Array(PayloadRef, { minItems: 1 }),
  packagesLock: Blob,
  sbom: Blob,
  /** The oldest version that may run on the state this one leaves behind; rollback below it is refused. */
  stateCompat: Version,
});
export type Release = Static<typeof Release>;

/** Reads `release.json`; one that no empty disk could be written from is none. Throws `release_invalid`. */
export function parseRelease(text: string | Uint8Array): Release {
  const release = parseJson(Release, text, 'release.json', 'release_invalid');
  if (fullPayload(release)) return release;
  const problem = 'no full payload (from: null)';
  throw new InterlockError('release_invalid', { file: 'release.json', problem });
}

/** The folder of a release and its stem in file names: `<name>-<version>-<arch>`. */
export function releaseId(release: Pick<Release, 'name' | 'version' | 'arch'>): string {
  return `${release.name}-${release.version}-${release.arch}`;
}

/** The payload to write when nothing of the release is on the disk. */
export function fullPayload(release: Release): PayloadRef {
  return release.payloads.find((payload) => payload.from === null)!;
}
