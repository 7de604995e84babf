import { readFile } from 'node:fs/promises';
import { Metadata, Signature, type Targets } from '@tufjs/models';
import { type Static, Type } from 'typebox';
import { InterlockError } from '../../protocol/errors.ts';
import { parseJson, strict } from '../../protocol/schema.ts';
import { signBytes } from '../../protocol/signature.ts';
import { releasesRole, releaseTarget } from '../../protocol/trust.ts';
import { writeDurably } from '../../system/durable.ts';
import { type KeysFolder, keepRole, keepTarget, openKeysFolder, signersOf } from '../keys/keys-folder.ts';
import { parseTargets, refusing } from '../keys/parse-role.ts';
import { checkRelease } from './check-release.ts';
import { namesTarget, nameTargets } from './name-targets.ts';
import { withSignedBoot } from './secure-boot/with-signed-boot.ts';

/** What travels between key holders: the metadata to sign, with the signatures it has so far. */
const Pass = strict({
  format: Type.Literal(1),
  target: Type.String(),
  metadata: Type.String({ maxLength: 8 * 1024 * 1024 }),
});
type Pass = Static<typeof Pass>;

/** How far a pass is. */
export interface PassAnswer {
  target: string;
  /** Releases that this folder did not know before; a holder reads them before handing the pass on. */
  adds: string[];
  signatures: number;
  threshold: number;
}

/** Hashes out: writes the next `releases` metadata naming a checked release, unsigned; needs no private key of TUF's. */
export async function exportPass(
  releaseDir: string,
  keysDir: string,
  file: string,
  now = new Date(),
): Promise<PassAnswer> {
  const folder = await openKeysFolder(keysDir);
  const { release, text } = await withSignedBoot(await checkRelease(releaseDir), keysDir);
  const target = releaseTarget(release.name, release.version, release.arch);
  const next = nameTargets(releasesRole, present(folder), { [target]: text }, now);
  return save(file, target, new Metadata(next), folder);
}

/** Adds the signatures of the keys at hand. Throws `metadata_invalid` when the pass changes a release that this folder knows. */
export async function signPass(file: string, keysDir: string): Promise<PassAnswer> {
  const folder = await openKeysFolder(keysDir);
  const { target, metadata } = await load(file);
  refuseChanges(present(folder), metadata.signed, target);
  for (const id of signers(folder).keyIDs) {
    const key = folder.keyring.keys.get(id);
    if (key) metadata.sign((bytes) => toSignature(signBytes(key, bytes)));
  }
  return save(file, target, metadata, folder);
}

/** Signatures in: keeps the metadata once enough holders signed it. Throws `metadata_invalid` before. */
export async function importPass(releaseDir: string, keysDir: string, file: string): Promise<PassAnswer> {
  const folder = await openKeysFolder(keysDir);
  const { release, text } = await checkRelease(releaseDir);
  const { target, metadata } = await load(file);
  const own = releaseTarget(release.name, release.version, release.arch);
  if (own !== target || !namesTarget(metadata.signed, target, text)) {
    throw new InterlockError('metadata_invalid', {
      role: releasesRole,
      problem: `${file} is not about this release`,
    });
  }
  refuseChanges(present(folder), metadata.signed, target);
  refusing(releasesRole, () =>
    parseTargets('targets', folder.roles.targets ?? '').verifyDelegate(releasesRole, metadata),
  );
  await keepTarget(keysDir, target, text);
  await keepRole(keysDir, releasesRole, `${JSON.stringify(metadata.toJSON(), null, 1)}\n`);
  return answerOf(target, metadata, folder);
}

/** What is known here must stay as it is: a pass only adds. */
function refuseChanges(before: Targets, after: Targets, target: string): void {
  const changed = Object.entries(before.targets).find(
    ([path, { hashes }]) => after.targets[path]?.hashes.sha256 !== hashes.sha256,
  );
  if (changed || !after.targets[target]) {
    const problem = `the pass changes ${changed?.[0] ?? 'nothing'}`;
    throw new InterlockError('metadata_invalid', { role: releasesRole, problem });
  }
  if (after.version <= before.version && !before.targets[target]) {
    const details = { role: releasesRole, found: after.version, expected: before.version + 1 };
    throw new InterlockError('metadata_conflict', details);
  }
}

async function load(file: string): Promise<{ target: string; metadata: Metadata<Targets> }> {
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw new InterlockError('not_found', { what: file }, { cause });
  });
  const pass = parseJson(Pass, text, file);
  return { target: pass.target, metadata: parseTargets(releasesRole, pass.metadata) };
}

async function save(
  file: string,
  target: string,
  metadata: Metadata<Targets>,
  folder: KeysFolder,
): Promise<PassAnswer> {
  const pass: Pass = { format: 1, target, metadata: JSON.stringify(metadata.toJSON()) };
  await writeDurably(file, `${JSON.stringify(pass, null, 1)}\n`);
  return answerOf(target, metadata, folder);
}

function answerOf(target: string, metadata: Metadata<Targets>, folder: KeysFolder): PassAnswer {
  const { keyIDs, threshold } = signers(folder);
  const known = present(folder).targets;
  const adds = Object.keys(metadata.signed.targets).filter((path) => !known[path]);
  return { target, adds, signatures: keyIDs.filter((id) => metadata.signatures[id]).length, threshold };
}

function present(folder: KeysFolder): Targets {
  return parseTargets(releasesRole, folder.roles[releasesRole] ?? '').signed;
}

function signers(folder: KeysFolder) {
  return signersOf(releasesRole, folder.roots.at(-1) ?? '', folder.roles.targets ?? '');
}

function toSignature({ keyid, sig }: { keyid: string; sig: string }): Signature {
  return new Signature({ keyID: keyid, sig });
}
