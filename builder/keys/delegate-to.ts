import type { KeyObject } from 'node:crypto';
import { Root, Targets } from '@tufjs/models';
import { expiresAt, isTopRole } from '../../protocol/documents/trust.ts';
import { publicKeyOf } from '../../protocol/formats/keys/signature.ts';
import type { KeysFolder } from '../keys-folder/keys-folder.ts';
import { readRoot, readTargets, signersOf, withDocuments } from '../metadata/document.ts';
import { seal } from '../metadata/seal.ts';
import { renewRole } from './renew.ts';

/** A role that gets public `keys` in place of those whose ids are `gone`, and perhaps another threshold. */
export interface NewKeys {
  role: string;
  gone: readonly string[];
  keys: readonly KeyObject[];
  threshold?: number | undefined;
}

/** Signs the metadata that names roles' new keys (all of root's, or all of targets'), and those roles by them. Texts by role; pure. */
export function delegateTo(
  folder: KeysFolder,
  changes: readonly NewKeys[],
  now: Date,
): Record<string, string> {
  const isTop = changes.every(({ role }) => isTopRole(role));
  const above: Record<string, string> = isTop
    ? { root: nextRoot(folder, changes, now) }
    : {
        targets: nextTargets(folder, now, (json) => {
          for (const change of changes) {
            const role = json.delegations.roles.find(({ name }) => name === change.role)!;
            exchange(json.delegations.keys, role, change, json.delegations.roles);
          }
        }),
      };
  const after = withDocuments(folder, {
    roots: above.root ? [readRoot(above.root)] : [],
    roles: above.targets ? { targets: readTargets('targets', above.targets) } : {},
  });
  const signedAgain = changes
    .filter(({ role }) => role in folder.roles)
    .map(({ role }) => [role, renewRole(after, role, now)]);
  return { ...above, ...Object.fromEntries(signedAgain) };
}

/** One more role under `targets`. */
export interface NewRole {
  name: string;
  paths: readonly string[];
  keys: readonly KeyObject[];
  threshold: number;
}

/** Signs a `targets` that delegates to one more role, and that role, which names nothing yet. Texts by role; pure. */
export function delegateRole(folder: KeysFolder, added: NewRole, now: Date): Record<string, string> {
  const { name, paths, keys, threshold } = added;
  const keyids = keys.map((key) => publicKeyOf(key).id);
  const empty = Targets.fromJSON({
    _type: 'targets',
    spec_version: folder.targets.parsed.signed.specVersion,
    version: 1,
    expires: expiresAt(name, now),
    targets: {},
  });
  return {
    targets: nextTargets(folder, now, ({ delegations }) => {
      delegations.roles.push({ name, keyids, threshold, paths: [...paths], terminating: true });
      Object.assign(delegations.keys, publicKeys(keys));
    }),
    [name]: seal(name, empty, folder.keyring, [{ keyIDs: keyids, threshold }]),
  };
}

interface RoleJson {
  keyids: string[];
  threshold: number;
}
interface TargetsJson {
  delegations: {
    keys: Record<string, object>;
    roles: (RoleJson & { name: string; paths: string[]; terminating: boolean })[];
  };
}

/** TUF 1.0.34 §5.3.4: a root with other root keys carries the old ones' signatures as well. */
function nextRoot(folder: KeysFolder, changes: readonly NewKeys[], now: Date): string {
  const before = folder.root.parsed.signed;
  const json = structuredClone(before.toJSON()) as unknown as {
    keys: Record<string, object>;
    roles: Record<string, RoleJson>;
  };
  for (const change of changes)
    exchange(json.keys, json.roles[change.role]!, change, Object.values(json.roles));
  const version = before.version + 1;
  const next = Root.fromJSON({ ...json, version, expires: expiresAt('root', now) } as never);
  return seal('root', next, folder.keyring, [before.roles.root!, next.roles.root!]);
}

function nextTargets(folder: KeysFolder, now: Date, change: (json: TargetsJson) => void): string {
  const before = folder.targets.parsed.signed;
  const json = structuredClone(before.toJSON()) as unknown as TargetsJson;
  change(json);
  const version = before.version + 1;
  const next = Targets.fromJSON({ ...json, version, expires: expiresAt('targets', now) } as never);
  return seal('targets', next, folder.keyring, [signersOf('targets', folder)]);
}

/** A key that another role of the document has too stays in it. */
function exchange(
  all: Record<string, object>,
  role: RoleJson,
  { gone, keys, threshold }: NewKeys,
  roles: readonly RoleJson[],
): void {
  Object.assign(all, publicKeys(keys));
  role.keyids = [
    ...role.keyids.filter((id) => !gone.includes(id)),
    ...keys.map((key) => publicKeyOf(key).id),
  ];
  role.threshold = threshold ?? role.threshold;
  const isNamed = (id: string) => roles.some(({ keyids }) => keyids.includes(id));
  for (const id of gone.filter((name) => !isNamed(name))) delete all[id];
}

function publicKeys(keys: readonly KeyObject[]): Record<string, object> {
  return Object.fromEntries(keys.map(publicKeyOf).map(({ id, key }) => [id, key]));
}
