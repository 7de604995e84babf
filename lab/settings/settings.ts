import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { hostNames, mostHosts } from '../plan/addresses.ts';
import { type Publication, parsePublication } from '../plan/publication.ts';
import type { LabFile } from './lab-file.ts';

/** What the flags of `interlock lab up` say; each wins over `lab.toml`. */
export interface LabFlags {
  /** A release, or the folder of an image to build one from. */
  source?: string | undefined;
  keys?: string | undefined;
  channel?: string | undefined;
  hosts?: number | undefined;
  memory?: number | undefined;
  stateSize?: string | undefined;
  etcd?: number | undefined;
  userData?: string | undefined;
  publish?: readonly string[] | undefined;
}

/** What a lab is to be. */
export interface Settings {
  /** Where its hosts' release comes from. */
  source: { kind: 'release' | 'image'; folder: string };
  /** The keys that the hosts trust; undefined: the lab makes its own. */
  keys: string | undefined;
  channel: string | undefined;
  stateSize: string | undefined;
  /** Members of the hosts' etcd, 0 for none; undefined: as fits the release. */
  etcd: number | undefined;
  publish: readonly Publication[];
  hosts: readonly { name: string; memory: number; userData: string | undefined }[];
}

const usualHosts = 3;
const usualMemory = 1024;
/** As the discovery takes them. */
const mostMembers = 9;

/** Joins flags and file, and refuses what contradicts itself. Throws `usage`, `not_found`. */
export function settingsOf(flags: LabFlags, file: LabFile): Settings {
  const source = sourceOf(flags.source, file);
  const keys = flags.keys === undefined ? file.keys : resolve(flags.keys);
  if (source.kind === 'release' && keys === undefined) {
    throw usage(
      'a release takes updates of those keys alone that it was built with (--trust): give their folder with --keys; for an image folder the lab makes keys of its own',
    );
  }
  const count = flags.hosts ?? file.hosts ?? usualHosts;
  if (count < 1 || count > mostHosts) throw usage(`--hosts is ${count}: a lab has 1 to ${mostHosts}`);
  const names = hostNames(count);
  const strangers = Object.keys(file.host ?? {}).filter((name) => !names.includes(name));
  if (strangers.length > 0)
    throw usage(`lab.toml describes ${strangers.join(', ')}, and the lab has ${names[0]} to ${names.at(-1)}`);
  const etcd = flags.etcd ?? file.etcd;
  if (etcd !== undefined && (etcd > Math.min(count, mostMembers) || etcd < 0))
    throw usage(`--etcd is ${etcd}: give 0 to ${Math.min(count, mostMembers)} members`);
  const userData = flags.userData === undefined ? file.user_data : resolve(flags.userData);
  return {
    source,
    keys,
    channel: flags.channel ?? file.channel,
    stateSize: flags.stateSize ?? file.state_size,
    etcd,
    publish: (flags.publish ?? file.publish ?? []).map(parsePublication),
    hosts: names.map((name) => ({
      name,
      memory: file.host?.[name]?.memory ?? flags.memory ?? file.memory ?? usualMemory,
      userData: file.host?.[name]?.user_data ?? userData,
    })),
  };
}

function sourceOf(given: string | undefined, { image, release }: LabFile): Settings['source'] {
  if (given === undefined && image !== undefined && release !== undefined)
    throw usage('lab.toml names an image and a release; one of them is enough');
  const named = given ?? release ?? image;
  if (named === undefined)
    throw usage('name a release or the folder of an image: interlock lab up images/tiny');
  const folder = resolve(named);
  const has = (file: string) => existsSync(join(folder, file));
  if (!existsSync(folder)) throw new InterlockError('not_found', { what: named });
  if (has('release.json')) return { kind: 'release', folder };
  if (has('image.toml')) return { kind: 'image', folder };
  throw usage(`${named} has neither a release.json nor an image.toml`);
}

function usage(problem: string): InterlockError {
  return new InterlockError('usage', { problem });
}
