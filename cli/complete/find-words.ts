import type { Static } from 'typebox';
import type { ChoicesAnswer } from '../../protocol/api/hosts.ts';
import type { HostsAnswer, ReleasesAnswer, TokensAnswer } from '../../protocol/api/operator.ts';
import type { RolloutsAnswer } from '../../protocol/api/rollout.ts';
import type { Client } from '../client/client.ts';
import { readUserConfig } from '../client/user-config.ts';
import type { Kind } from './kind-of.ts';

/** A word that fits, and what it is. */
export type Found = readonly [word: string, about: string];

type FromServer = Exclude<Kind, 'profile' | 'policy'>;
type Read = <T>(path: string) => Promise<T>;

const shownDigits = 8;

/** Words that need no server; undefined for the others. */
export function findLocally(kind: Kind): Found[] | undefined {
  if (kind === 'policy') return ['careful', 'normal', 'now'].map((name) => [name, 'shipped policy']);
  if (kind !== 'profile') return undefined;
  return Object.entries(readUserConfig().profiles).map(([name, { server }]) => [name, server ?? '']);
}

/** Words that the server knows; `typed` is how far the person has come. */
export function findOnServer(kind: FromServer, client: Client, typed: string): Promise<Found[]> {
  const read: Read = (path) => client.get(path);
  return finders[kind](read, typed);
}

const finders: Record<FromServer, (read: Read, typed: string) => Promise<Found[]>> = {
  host: async (read, typed) => {
    const query = typed ? `?${new URLSearchParams({ query: typed })}` : '';
    const { hosts } = await read<Static<typeof HostsAnswer>>(`v1/hosts${query}`);
    return hosts.map(({ id, hostname, version, channel, state }) => [
      hostname.startsWith(typed) && hostname ? hostname : id.slice(0, Math.max(shownDigits, typed.length)),
      [version, channel, state].filter(Boolean).join(' '),
    ]);
  },
  rollout: async (read) => {
    const { rollouts } = await read<Static<typeof RolloutsAnswer>>('v1/rollouts');
    return rollouts.map(({ id, name, version, channel, state }) => [
      id.slice(0, shownDigits),
      `${name} ${version} on ${channel}, ${state}`,
    ]);
  },
  version: async (read) => {
    const { releases } = await read<Static<typeof ReleasesAnswer>>('v1/releases');
    return releases.map(({ version, name, channels }) => [version, [name, ...channels].join(' ')]);
  },
  image: async (read) => {
    const { releases } = await read<Static<typeof ReleasesAnswer>>('v1/releases');
    return releases.map(({ name }) => [name, 'image']);
  },
  channel: async (read) => {
    const [{ releases }, choices] = await Promise.all([
      read<Static<typeof ReleasesAnswer>>('v1/releases'),
      readChoices(read),
    ]);
    const heads = releases.flatMap(({ name, version, channels }) =>
      channels.map((channel): Found => [channel, `${name} ${version}`]),
    );
    return [...heads, ...choices.channels.map(({ value, hosts }): Found => [value, hostsText(hosts)])];
  },
  group: async (read) =>
    (await readChoices(read)).groups.map(({ value, hosts }) => [value, hostsText(hosts)]),
  token: async (read) => {
    const { tokens } = await read<Static<typeof TokensAnswer>>('v1/tokens');
    return tokens
      .filter(({ revoked }) => !revoked)
      .map(({ id, role, name }) => [id.slice(0, shownDigits), [role, name].filter(Boolean).join(' ')]);
  },
};

function readChoices(read: Read): Promise<ChoicesAnswer> {
  return read<ChoicesAnswer>('v1/hosts/choices');
}

function hostsText(hosts: number): string {
  return hosts === 1 ? '1 host' : `${hosts} hosts`;
}
