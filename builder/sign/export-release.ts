import { releasesRole, releaseTarget } from '../../protocol/documents/trust.ts';
import { openKeysFolder } from '../keys-folder/keys-folder.ts';
import { requireRole, signersOf } from '../metadata/document.ts';
import { nameTargets } from '../metadata/name-targets.ts';
import { seal } from '../metadata/seal.ts';
import { checkRelease } from '../release/check-release.ts';
import { checkAsked } from '../request/check-request.ts';
import { describeRequest, type RequestState } from '../request/describe-request.ts';
import { gathering } from '../request/keep-change.ts';
import { readRequest } from '../request/request.ts';
import { writeRequest } from '../request/write-request.ts';
import { withSignedBoot } from './secure-boot/with-signed-boot.ts';

/** Hashes out: writes a request for the next `releases` metadata, naming a checked release; needs no private key of TUF's. */
export async function exportRelease(
  releaseDir: string,
  keysDir: string,
  file: string,
  now = new Date(),
): Promise<RequestState[]> {
  const folder = gathering(await openKeysFolder(keysDir), file);
  const { release, text } = await withSignedBoot(await checkRelease(releaseDir), keysDir);
  const path = releaseTarget(release.name, release.version, release.arch);
  const before = requireRole(folder.roles, releasesRole).parsed.signed;
  const next = nameTargets(releasesRole, before, { [path]: text }, now);
  const signers = signersOf(releasesRole, folder);
  const json = seal(releasesRole, next, folder.keyring, [signers]);
  const roles = [{ role: releasesRole, replaces: before.version, json }];
  await writeRequest(
    file,
    { roles, targets: { [path]: text }, action: 'publish', name: release.name },
    folder,
  );
  const request = await readRequest(file);
  return describeRequest(folder, request, checkAsked(folder, request));
}
