import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Memory } from '../agent/machine/memory.ts';
import type { Progress } from '../agent/run.ts';
import { createHost } from '../test/support/host/create-host.ts';
import type { Host } from '../test/support/host/supervise-host.ts';
import type { Board } from './board.ts';
import { describeHost, type HostView, isSettled } from './describe-host.ts';

export interface FleetOptions {
  folder: string;
  names: readonly string[];
  /** Folder of the release that is installed on every host. */
  release: string;
  server: string;
  joinToken: string;
  etcd: string[];
}

const mebibyte = 1024 * 1024;
const lookEveryMs = 150;

/** The hosts of the demo, and what they did so far. */
export interface Fleet {
  hosts: Map<string, Host>;
  /** Most hosts that were down or on trial at one time, by their own boots. */
  mostDown(): number;
  /** Shows the hosts until `isDone` says so; throws after `seconds`. */
  until(what: string, seconds: number, isDone: (views: HostView[]) => boolean): Promise<void>;
  stop(): Promise<void>;
}

/** Installs and starts the hosts. */
export async function startFleet(options: FleetOptions, board: Board): Promise<Fleet> {
  const hosts = new Map<string, Host>();
  const down = new Set<string>();
  let mostDown = 0;
  for (const name of options.names) {
    const host = await createHost({
      dir: join(options.folder, name),
      release: options.release,
      sizes: { root: 512 * mebibyte, verity: 16 * mebibyte },
      config: { 'agent.d/50-demo.toml': configOf(options) },
    });
    host.events.on('rebooting', () => {
      down.add(name);
      mostDown = Math.max(mostDown, down.size);
    });
    hosts.set(name, host);
  }
  await Promise.all([...hosts.values()].map((host) => host.start()));

  return {
    hosts,
    mostDown: () => mostDown,
    async until(what, seconds, isDone) {
      for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(lookEveryMs)) {
        const views = await Promise.all([...hosts].map(([name, host]) => viewOf(name, host)));
        for (const view of views) {
          if (isSettled(view)) down.delete(view.name);
          board.set(view.name, describeHost(view), view.done === 0);
        }
        if (isDone(views)) return;
      }
      throw new Error(`${what} did not happen within ${seconds} s`);
    },
    stop: async () => {
      await Promise.all([...hosts.values()].map((host) => host.stop()));
    },
  };
}

async function viewOf(name: string, host: Host): Promise<HostView> {
  const json = <T>(path: string) =>
    readFile(join(host.dir, path), 'utf8').then(
      (text) => JSON.parse(text) as T,
      () => undefined,
    );
  const progress = await json<Progress>('run/interlock/progress.json');
  const memory = await json<Memory>('var/lib/interlock/agent/state.json');
  const running = await host.running().catch(() => undefined);
  return {
    name,
    running: running?.version ?? null,
    bootId: running?.bootId ?? null,
    memory: memory ?? null,
    step: progress?.step ?? '',
    done: progress?.done ?? 0,
    total: progress?.total ?? 0,
  };
}

function configOf({ server, joinToken, etcd }: FleetOptions): string {
  return `server = "${server}"
channel = "stable"
group = "demo"
join_token = "${joinToken}"
poll = 2
retry = 1

[lock]
kind = "etcd"
endpoints = ${JSON.stringify(etcd)}

[health]
settle = 5
steady = 1
timeout = 5

[machine]
kind = "file"
`;
}
