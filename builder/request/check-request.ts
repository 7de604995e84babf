import type { Metadata, Targets } from '@tufjs/models';
import { countingProblem, isTopRole, releasesRole } from '../../protocol/documents/trust.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { canonicalJson } from '../../protocol/formats/keys/canonical-json.ts';
import { parseRoot, parseTargets, refusing } from '../../system/tuf/parse-role.ts';
import { checkNaming } from '../../system/tuf/verify-by.ts';
import type { KeysFolder } from '../keys-folder/keys-folder.ts';
import { versionOf } from '../metadata/document.ts';
import { type SignedJson, signedJson } from '../metadata/signed-json.ts';
import type { Asked } from './asked.ts';
import { trusted } from './asked.ts';
import { checkEnclosed } from './check-enclosed.ts';
import { hiddenIn } from './refuse-hidden.ts';
import type { SigningRequest } from './request.ts';

/**
 * Reads what a request asks to sign and refuses what no holder should: what cannot be shown as it is, older versions, keys that
 * are not what they seem, changed releases, foreign paths, and documents that are not enclosed or have other bytes.
 */
export function checkAsked(folder: KeysFolder, { publish }: SigningRequest): Asked[] {
  const asked = publish.roles.flatMap(({ role, json }): Asked[] => {
    if (isKnownRoot(folder, role, json)) return [];
    return [{ role, json, metadata: role === 'root' ? parseRoot(json) : parseTargets(role, json) }];
  });
  const names = asked.map(({ role }) => role);
  const twice = names.find((role, index) => names.indexOf(role) !== index);
  if (twice) throw refuse(twice, 'the request holds it twice');
  for (const entry of asked) checkRole(folder, entry, asked);
  checkEnclosed(folder, publish.targets, asked);
  return asked;
}

/** A root that is in force here: it travels only because the server may not have it yet. */
function isKnownRoot({ roots }: KeysFolder, role: string, json: string): boolean {
  if (role !== 'root') return false;
  const { version } = parseRoot(json).signed;
  const mine = roots.find((root) => versionOf(root) === version);
  if (!mine || mine === roots.at(-1)) return mine?.text === json;
  return canonicalJson(signedJson('root', mine.text)) === canonicalJson(signedJson('root', json));
}

function checkRole(folder: KeysFolder, { role, json, metadata }: Asked, asked: readonly Asked[]): void {
  const signed = signedJson(role, json);
  const sent = (JSON.parse(json) as { signed: unknown }).signed;
  if (refusing(role, () => canonicalJson(sent)) !== canonicalJson(signed)) {
    throw refuse(role, 'it holds fields that would not be signed as they stand there');
  }
  const hidden = hiddenIn(sent, role);
  if (hidden) throw refuse(role, hidden);
  checkVersion(trusted(folder, role), role, signed);
  if (isTopRole(role)) {
    checkNaming(metadata);
    return;
  }
  const { targets, delegations } = metadata.signed as Targets;
  if (delegations) throw refuse(role, 'may not delegate');
  const above = asked.find((entry) => entry.role === 'targets')?.metadata as Metadata<Targets> | undefined;
  const by = (above ?? folder.targets.parsed).signed.delegations?.roles?.[role];
  const foreign = Object.keys(targets).find((path) => !by?.isDelegatedPath(path));
  if (foreign) throw refuse(role, `may not name ${foreign}`);
  if (role === releasesRole && folder.roles[role]) refuseChanges(trusted(folder, role)!, signed);
}

/** What is in force stays or is followed: by the next root, by any later version of another role. */
function checkVersion(before: SignedJson | undefined, role: string, after: SignedJson): void {
  const problem = countingProblem(after, before?.version ?? 0);
  if (problem) throw refuse(role, problem);
  if (!before || (after.version === before.version && canonicalJson(after) === canonicalJson(before))) return;
  const follows = role === 'root' ? after.version === before.version + 1 : after.version > before.version;
  if (!follows) throw refuse(role, `version ${after.version} cannot follow ${before.version}`);
}

/** Releases that a holder knows stay as they are: metadata only adds. */
function refuseChanges(before: SignedJson, after: SignedJson): void {
  const changed = Object.entries(before.targets ?? {}).find(
    ([path, target]) => JSON.stringify(after.targets?.[path]) !== JSON.stringify(target),
  );
  if (changed) throw refuse(releasesRole, `the request changes ${changed[0]}`);
}

function refuse(role: string, problem: string): InterlockError {
  return new InterlockError('metadata_invalid', { role, problem });
}
