import { releasesRole, releaseTarget } from '../../protocol/documents/trust.ts';
import { keepRole, keepTarget, openKeysFolder } from '../keys-folder/keys-folder.ts';
import { requireRole, signersOf } from '../metadata/document.ts';
import { namesTarget, nameTargets } from '../metadata/name-targets.ts';
import { seal } from '../metadata/seal.ts';
import { checkRelease } from '../release/check-release.ts';
import { changeText, type Show } from '../request/describe/show-change.ts';
import { withSignedBoot } from './secure-boot/with-signed-boot.ts';
import { signProvenance } from './sign-provenance.ts';

/** The target that was signed, and by which metadata. */
export interface SignAnswer {
  target: string;
  /** Version of the `releases` metadata that names it. */
  version: number;
  /** False when it was signed before. */
  signed: boolean;
}

/**
 * Signs a checked release for Secure Boot where the key is at hand, signs its provenance, and names it in the `releases` metadata of the keys folder; needs no network and no server.
 * Throws `release_invalid`, `keys_missing`, or `exists` when the version was signed with other content.
 */
export async function sign(
  releaseDir: string,
  keysDir: string,
  now = new Date(),
  show?: Show,
): Promise<SignAnswer> {
  const folder = await openKeysFolder(keysDir);
  const loaded = await withSignedBoot(await checkRelease(releaseDir), keysDir);
  const { release, text } = loaded;
  const signers = signersOf(releasesRole, folder);
  await signProvenance(loaded, folder.keyring, signers);
  const target = releaseTarget(release.name, release.version, release.arch);
  const before = requireRole(folder.roles, releasesRole).parsed.signed;
  if (namesTarget(before, target, text)) return { target, version: before.version, signed: false };
  const next = nameTargets(releasesRole, before, { [target]: text }, now);
  const sealed = seal(releasesRole, next, folder.keyring, [signers]);
  show?.(changeText(folder, [{ role: releasesRole, json: sealed }], { [target]: text }));
  await keepTarget(keysDir, target, text);
  await keepRole(keysDir, releasesRole, sealed);
  return { target, version: next.version, signed: true };
}
