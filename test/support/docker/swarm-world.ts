import type { SwarmPorts } from '../../../agent/swarm/ports.ts';
import type { Docker } from '../../../system/docker/docker.ts';
import type { Stored } from '../../../system/etcd/etcd.ts';

interface Swarm {
  id: string;
  managers: Set<string>;
  workers: Set<string>;
  tokens: { Worker: string; Manager: string };
  rotations: number;
}

/** Ends a host's run before or after the n-th thing it does. */
interface Cut {
  step: number;
  when: 'before' | 'after';
}

/** Docker's swarm and etcd in memory: as much of them as forming a swarm asks. */
export class SwarmWorld {
  readonly swarms: Swarm[] = [];
  readonly #keys = new Map<string, Stored>();
  readonly #expired = new Set<string>();
  #revision = 0;

  recordOf(key: string): unknown {
    const found = this.#keys.get(key);
    return found ? JSON.parse(found.text) : null;
  }

  expire(host: string): void {
    this.#expired.add(host);
  }

  portsOf(host: string, cut?: Cut): SwarmPorts {
    let steps = 0;
    const step = async <T>(work: () => T): Promise<T> => {
      await Promise.resolve();
      const isLast = cut !== undefined && ++steps === cut.step;
      if (isLast && cut.when === 'before') throw new Error('cut');
      const done = work();
      if (isLast) throw new Error('cut');
      return done;
    };
    const docker: Docker = {
      host,
      get: (path) => step(() => this.#get(host, path) as never),
      post: (path, body) => step(() => this.#post(host, path, body as never) as never),
      remove: () => step(() => undefined),
      follow: () => Promise.reject(new Error('nothing is followed here')),
    };
    const header = () => ({ clusterId: 'c', revision: String(this.#revision) });
    return {
      docker,
      etcd: {
        read: (key) => step(() => ({ ...header(), found: this.#keys.get(key) ?? null })),
        swap: (key, expected, text) =>
          step(() => {
            const won = this.#keys.get(key)?.revision === expected?.revision;
            if (won) this.#keys.set(key, { text, revision: String(++this.#revision) });
            return { ...header(), won };
          }),
      },
    };
  }

  #swarmOf(host: string): Swarm | undefined {
    return this.swarms.find(({ managers, workers }) => managers.has(host) || workers.has(host));
  }

  #get(host: string, path: string): unknown {
    const swarm = this.#swarmOf(host);
    const isManager = swarm?.managers.has(host) ?? false;
    if (path === '/info') {
      const isExpired = this.#expired.has(host);
      const state = isExpired ? 'error' : 'active';
      return {
        Swarm: {
          LocalNodeState: swarm ? state : 'inactive',
          ControlAvailable: isManager,
          NodeID: swarm ? host : '',
          Error: isExpired
            ? 'Swarm certificates have expired. To replace them, leave the swarm and join again.'
            : '',
          Cluster: isManager ? { ID: swarm!.id } : null,
        },
      };
    }
    if (!swarm || !isManager) throw new Error('This node is not a swarm manager.');
    if (path === '/swarm')
      return { ID: swarm.id, Version: { Index: 1 }, Spec: {}, JoinTokens: { ...swarm.tokens } };
    if (path === '/nodes') {
      const [leader] = swarm.managers;
      return [...swarm.managers, ...swarm.workers].map((name) => ({
        ID: name,
        Spec: { Role: swarm.managers.has(name) ? 'manager' : 'worker' },
        Description: { Hostname: name },
        Status: { State: 'ready', Addr: name },
        ...(swarm.managers.has(name)
          ? { ManagerStatus: { Leader: name === leader, Reachability: 'reachable', Addr: `${name}:2377` } }
          : {}),
      }));
    }
    if (path === '/services') return [];
    throw new Error(`nobody asks for ${path}`);
  }

  #post(host: string, path: string, body: { JoinToken?: string }): unknown {
    const swarm = this.#swarmOf(host);
    if (path.startsWith('/swarm/leave')) {
      this.#expired.delete(host);
      swarm?.managers.delete(host);
      swarm?.workers.delete(host);
      return undefined;
    }
    if (path.startsWith('/swarm/update')) {
      swarm!.rotations++;
      swarm!.tokens = { Worker: `w${swarm!.rotations}`, Manager: `m${swarm!.rotations}` };
      return undefined;
    }
    if (swarm) throw new Error('This node is already part of a swarm.');
    if (path === '/swarm/init') {
      const id = `s${this.swarms.length + 1}`;
      this.swarms.push({
        ...{ id, managers: new Set([host]), workers: new Set(), rotations: 0 },
        tokens: { Worker: 'w0', Manager: 'm0' },
      });
      return host;
    }
    for (const each of this.swarms) {
      if (each.tokens.Manager === body.JoinToken) each.managers.add(host);
      else if (each.tokens.Worker === body.JoinToken) each.workers.add(host);
      else continue;
      return undefined;
    }
    throw new Error('invalid join token');
  }
}
