import type { Metadata, Root, Targets } from '@tufjs/models';
import { InterlockError } from '../../protocol/errors.ts';
import { isTopRole, releasesRole } from '../../protocol/trust.ts';
import type { KeysFolder } from '../keys/keys-folder.ts';
import { parseRoot, parseTargets } from '../keys/parse-role.ts';
import { checkNaming, verifyBy } from '../keys/verify-by.ts';
import { namesTarget } from './name-targets.ts';
import type { SigningRequest } from './request.ts';

/** Metadata of a request: signed by too few yet, or by enough. */
export type Asked = { role: string; metadata: Metadata<Root | Targets> };

/**
 * The folder after it took over what the request says is in force already: each root signed by the one before, `targets` by the
 * last. Throws `metadata_invalid` for a request of another owner.
 */
export function catchUp(folder: KeysFolder, { known }: SigningRequest): KeysFolder {
  const newest = versionOf(folder.roots.at(-1) ?? '');
  const newer = known.roots
    .filter((text) => versionOf(text) > newest)
    .toSorted((a, b) => versionOf(a) - versionOf(b));
  const roots = [...folder.roots];
  for (const text of newer) {
    followRoot(roots.at(-1) ?? '', text);
    roots.push(text);
  }
  const targets = parseTargets('targets', known.targets);
  checkNaming(targets);
  verifyBy(parseRoot(roots.at(-1) ?? ''), 'targets', targets);
  const mine = parseTargets('targets', folder.roles.targets ?? '').signed.version;
  const isNewer = targets.signed.version > mine;
  return { ...folder, roots, roles: isNewer ? { ...folder.roles, targets: known.targets } : folder.roles };
}

/** TUF 1.0.34 §5.3.4: a new root carries the signatures of the old root's keys and of its own, and follows it directly. */
export function followRoot(before: string, text: string): void {
  const [last, next] = [parseRoot(before), parseRoot(text)];
  verifyBy(last, 'root', next);
  checkNaming(next);
  verifyBy(next, 'root', next);
  const { version } = next.signed;
  if (version !== last.signed.version + 1) throw refuse('root', `version ${version}`);
}

/** Reads what a request asks to sign and refuses what no holder should: changed releases, foreign paths, other bytes than those enclosed. */
export function checkAsked(folder: KeysFolder, { publish }: SigningRequest): Asked[] {
  const asked = publish.roles.map(({ role, json }) => ({
    role,
    metadata: role === 'root' ? parseRoot(json) : parseTargets(role, json),
  }));
  const targets = asked.find(({ role }) => role === 'targets')?.metadata as Metadata<Targets> | undefined;
  const delegations = (targets ?? parseTargets('targets', folder.roles.targets ?? '')).signed.delegations;
  const enclosed = new Set(Object.keys(publish.targets));
  for (const { role, metadata } of asked) {
    if (isTopRole(role)) {
      checkNaming(metadata);
      continue;
    }
    const { signed } = metadata as Metadata<Targets>;
    const before = folder.roles[role] && parseTargets(role, folder.roles[role]).signed;
    const foreign = Object.keys(signed.targets).find(
      (path) => !delegations?.roles?.[role]?.isDelegatedPath(path),
    );
    if (foreign) throw refuse(role, `may not name ${foreign}`);
    if (before && role === releasesRole) refuseChanges(before, signed);
    for (const [path, text] of Object.entries(publish.targets)) {
      if (namesTarget(signed, path, text)) enclosed.delete(path);
    }
  }
  for (const path of enclosed)
    throw refuse('targets', `${path} is enclosed and named with these bytes by no role`);
  return asked;
}

/** Releases that a holder knows stay as they are: metadata only adds. */
function refuseChanges(before: Targets, after: Targets): void {
  const changed = Object.entries(before.targets).find(
    ([path, { hashes }]) => after.targets[path]?.hashes.sha256 !== hashes.sha256,
  );
  if (changed) throw refuse(releasesRole, `the request changes ${changed[0]}`);
}

function refuse(role: string, problem: string): InterlockError {
  return new InterlockError('metadata_invalid', { role, problem });
}

function versionOf(text: string): number {
  return parseRoot(text).signed.version;
}
