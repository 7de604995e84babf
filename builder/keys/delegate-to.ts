import type { KeyObject } from 'node:crypto';
import { Root, Targets } from '@tufjs/models';
import { publicKeyOf } from '../../protocol/signature.ts';
import { channelPaths, channelRole, expiresAt } from '../../protocol/trust.ts';
import { type KeysFolder, signersOf } from './keys-folder.ts';
import { parseRoot, parseTargets } from './parse-role.ts';
import { renewRole } from './renew.ts';
import { type Keyring, seal } from './seal.ts';

/** A role that gets keys in place of those whose ids are `gone`. */
export interface NewKeys {
  role: string;
  gone: readonly string[];
  keys: readonly KeyObject[];
}

/** Signs the metadata that names a role's new keys, and the role itself by them. Texts by role; pure. */
export function delegateTo(folder: KeysFolder, change: NewKeys, now: Date): Record<string, string> {
  const keyring = withKeys(folder.keyring, change.keys);
  const isTop = ['root', 'targets', 'snapshot', 'timestamp'].includes(change.role);
  const above = isTop
    ? { root: nextRoot(folder, keyring, change, now) }
    : { targets: nextTargets(folder, keyring, change, now) };
  if (change.role in folder.roles) {
    const after = {
      ...folder,
      keyring,
      roots: above.root ? [...folder.roots, above.root] : folder.roots,
      roles: { ...folder.roles, ...(above.targets ? { targets: above.targets } : {}) },
    };
    return { ...above, [change.role]: renewRole(after, change.role, now) } as Record<string, string>;
  }
  return above as Record<string, string>;
}

/** Signs a `targets` that delegates to one more channel, and the channel's empty role. Texts by role; pure. */
export function delegateChannel(
  folder: KeysFolder,
  channel: string,
  keys: readonly KeyObject[],
  now: Date,
): Record<string, string> {
  const role = channelRole(channel);
  const keyring = withKeys(folder.keyring, keys);
  const before = parseTargets('targets', folder.roles.targets ?? '').signed;
  const json = structuredClone(before.toJSON()) as unknown as TargetsJson;
  const keyids = keys.map((key) => publicKeyOf(key).id);
  const threshold = before.delegations?.roles?.releases?.threshold ?? 1;
  const paths = channelPaths(channel);
  json.delegations.roles.push({ name: role, keyids, threshold, paths, terminating: true });
  Object.assign(json.delegations.keys, publicKeys(keys));
  const next = Targets.fromJSON({
    ...json,
    version: before.version + 1,
    expires: expiresAt('targets', now),
  } as never);
  const empty = Targets.fromJSON({
    _type: 'targets',
    spec_version: before.specVersion,
    version: 1,
    expires: expiresAt(role, now),
    targets: {},
  });
  return {
    targets: seal('targets', next, keyring, [signersOf('targets', folder.roots.at(-1) ?? '', '')]),
    [role]: seal(role, empty, keyring, [{ keyIDs: keyids, threshold }]),
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
function nextRoot(folder: KeysFolder, keyring: Keyring, change: NewKeys, now: Date): string {
  const before = parseRoot(folder.roots.at(-1) ?? '').signed;
  const json = structuredClone(before.toJSON()) as unknown as {
    keys: Record<string, object>;
    roles: Record<string, RoleJson>;
  };
  exchange(json.keys, json.roles[change.role]!, change);
  const next = Root.fromJSON({
    ...json,
    version: before.version + 1,
    expires: expiresAt('root', now),
  } as never);
  return seal('root', next, keyring, [before.roles.root!, next.roles.root!]);
}

function nextTargets(folder: KeysFolder, keyring: Keyring, change: NewKeys, now: Date): string {
  const before = parseTargets('targets', folder.roles.targets ?? '').signed;
  const json = structuredClone(before.toJSON()) as unknown as TargetsJson;
  exchange(json.delegations.keys, json.delegations.roles.find(({ name }) => name === change.role)!, change);
  const next = Targets.fromJSON({
    ...json,
    version: before.version + 1,
    expires: expiresAt('targets', now),
  } as never);
  return seal('targets', next, keyring, [signersOf('targets', folder.roots.at(-1) ?? '', '')]);
}

function exchange(all: Record<string, object>, role: RoleJson, { gone, keys }: NewKeys): void {
  for (const id of gone) delete all[id];
  Object.assign(all, publicKeys(keys));
  role.keyids = [
    ...role.keyids.filter((id) => !gone.includes(id)),
    ...keys.map((key) => publicKeyOf(key).id),
  ];
}

function publicKeys(keys: readonly KeyObject[]): Record<string, object> {
  return Object.fromEntries(keys.map(publicKeyOf).map(({ id, key }) => [id, key]));
}

function withKeys(keyring: Keyring, keys: readonly KeyObject[]): Keyring {
  return {
    ...keyring,
    keys: new Map([...keyring.keys, ...keys.map((key) => [publicKeyOf(key).id, key] as const)]),
  };
}
