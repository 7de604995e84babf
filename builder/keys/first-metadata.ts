import { Root, Targets } from '@tufjs/models';
import {
  channelPaths,
  channelRole,
  expiresAt,
  onlineRoles,
  releasesPaths,
  releasesRole,
} from '../../protocol/documents/trust.ts';
import { publicKeyOf } from '../../protocol/formats/keys/signature.ts';
import { type Keyring, seal } from '../metadata/seal.ts';
import { keySigner } from '../metadata/signer.ts';
import type { RoleKeys } from './generate.ts';

const spec_version = '1.0.31';

/** The first metadata files: root, a `targets` that only delegates, and empty delegated roles. */
export function firstMetadata(
  keys: RoleKeys,
  threshold: number,
  channels: readonly string[],
  now: Date,
): Record<string, string> {
  const delegated = {
    [releasesRole]: releasesPaths,
    ...Object.fromEntries(channels.map((name) => [channelRole(name), channelPaths(name)])),
  };
  const root = Root.fromJSON({
    _type: 'root',
    spec_version,
    version: 1,
    expires: expiresAt('root', now),
    consistent_snapshot: true,
    keys: publicKeys(keys, ['root', 'targets', ...onlineRoles]),
    roles: {
      root: role(keys, 'root', threshold),
      targets: role(keys, 'targets', threshold),
      snapshot: role(keys, 'snapshot', 1),
      timestamp: role(keys, 'timestamp', 1),
    },
  });
  const targets = emptyTargets('targets', now, {
    keys: publicKeys(keys, Object.keys(delegated)),
    roles: Object.entries(delegated).map(([name, paths]) => ({
      ...role(keys, name, threshold),
      name,
      paths,
      terminating: true,
    })),
  });
  const keyring = ringOf(keys);
  const sealed = (name: string, signed: Root | Targets) =>
    seal(name, signed, keyring, [{ keyIDs: role(keys, name, threshold).keyids, threshold }]);
  const rootText = sealed('root', root);
  return {
    'metadata/1.root.json': rootText,
    'metadata/root.json': rootText,
    'metadata/targets.json': sealed('targets', targets),
    ...Object.fromEntries(
      Object.keys(delegated).map((name) => [`metadata/${name}.json`, sealed(name, emptyTargets(name, now))]),
    ),
  };
}

function emptyTargets(name: string, now: Date, delegations?: object): Targets {
  return Targets.fromJSON({
    _type: 'targets',
    spec_version,
    version: 1,
    expires: expiresAt(name, now),
    targets: {},
    ...(delegations ? { delegations: JSON.parse(JSON.stringify(delegations)) } : {}),
  });
}

function publicKeys(keys: RoleKeys, roles: readonly string[]) {
  const all = roles.flatMap((name) => keys[name] ?? []).map(publicKeyOf);
  return Object.fromEntries(all.map(({ id, key }) => [id, { ...key }]));
}

function role(keys: RoleKeys, name: string, threshold: number) {
  return { keyids: (keys[name] ?? []).map((key) => publicKeyOf(key).id), threshold };
}

function ringOf(keys: RoleKeys): Keyring {
  const all = Object.values(keys).flat();
  return { dir: '', keys: new Map(all.map((key) => [publicKeyOf(key).id, keySigner(key)])) };
}
