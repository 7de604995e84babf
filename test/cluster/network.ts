import { run } from '../../system/process/run.ts';
import type { MemberPlace } from '../support/etcd.ts';

/** Who is on the wire: a member by its number, or everybody who is none. */
type Party = number | 'clients';

/** Members in network namespaces of their own, on a bridge in the namespace of their clients. */
export interface Network {
  places: MemberPlace[];
  /** Pulls a member's cable; what is returned plugs it in again. */
  unplug(member: number): Promise<() => Promise<void>>;
  /** Drops what one party sends to others: they receive nothing, and it still receives from them. */
  drop(from: Party, to: readonly Party[]): Promise<() => Promise<void>>;
}

const addressOf = (party: Party) => `10.231.0.${party === 'clients' ? 1 : 10 + party}`;

/** Names of one run's namespaces. */
export function namespacesOf(run: string): { clients: string; members: string[] } {
  return { clients: `ilk${run}c`, members: [0, 1, 2].map((n) => `ilk${run}m${n}`) };
}

/** Why this machine can have no namespaces, or nothing. */
export async function namespaceProblem(): Promise<string | undefined> {
  const probe = `ilk${process.pid}probe`;
  try {
    await ip('netns', 'add', probe);
    await ip('netns', 'del', probe);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Makes the namespaces, bridge and links of a run. */
export async function addNetwork(run: string): Promise<void> {
  const { clients, members } = namespacesOf(run);
  await ip('netns', 'add', clients);
  await ip('-n', clients, 'link', 'set', 'lo', 'up');
  await ip('-n', clients, 'link', 'add', 'br0', 'type', 'bridge');
  await ip('-n', clients, 'addr', 'add', `${addressOf('clients')}/24`, 'dev', 'br0');
  await ip('-n', clients, 'link', 'set', 'br0', 'up');
  for (const [n, member] of members.entries()) {
    await ip('netns', 'add', member);
    await ip('-n', member, 'link', 'set', 'lo', 'up');
    const peer = ['type', 'veth', 'peer', 'name', 'eth0', 'netns', member];
    await ip('-n', clients, 'link', 'add', `port${n}`, ...peer);
    await ip('-n', clients, 'link', 'set', `port${n}`, 'master', 'br0', 'up');
    await ip('-n', member, 'addr', 'add', `${addressOf(n)}/24`, 'dev', 'eth0');
    await ip('-n', member, 'link', 'set', 'eth0', 'up');
  }
}

/** Removes what `addNetwork` made, also half of it; links and bridge go with their namespaces. */
export async function removeNetwork(run: string): Promise<void> {
  const { clients, members } = namespacesOf(run);
  for (const name of [clients, ...members]) await ip('netns', 'del', name).catch(() => {});
}

/** The network of a run, as its clients' namespace sees it. */
export function openNetwork(run: string): Network {
  const { clients, members } = namespacesOf(run);
  const nameOf = (party: Party) => (party === 'clients' ? clients : members[party]!);
  return {
    places: members.map((name, n) => ({
      address: addressOf(n),
      prefix: ['setpriv', '--pdeathsig', 'KILL', 'ip', 'netns', 'exec', name],
    })),
    async unplug(member) {
      await ip('-n', clients, 'link', 'set', `port${member}`, 'down');
      return () => ip('-n', clients, 'link', 'set', `port${member}`, 'up');
    },
    async drop(from, to) {
      const routes = to.map((party) => ['blackhole', `${addressOf(party)}/32`]);
      for (const route of routes) await ip('-n', nameOf(from), 'route', 'add', ...route);
      return async () => {
        for (const route of routes) await ip('-n', nameOf(from), 'route', 'del', ...route);
      };
    },
  };
}

async function ip(...args: string[]): Promise<void> {
  await run('ip', args);
}
