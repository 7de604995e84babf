import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'smol-toml';
import type { Progress } from '../agent/run/run.ts';
import type { Memory } from '../agent/state-machine/memory.ts';
import { createHost } from '../test/support/host/create-host.ts';
import type { Host } from '../test/support/host/supervise-host.ts';
import { command, startServer } from './commands.ts';
import { type DemoHost, lockSettings, type Site, type SiteOptions } from './demo-host.ts';
import type { HostView } from './describe-host.ts';
import { publish } from './publish.ts';

const mebibyte = 1024 * 1024;
const health = { settle: 5, steady: 1, timeout: 5 };

/** A server on a free port, and hosts that are folders: the real agent, with files for disks and a boot loader of ours. */
export async function fileHosts(options: SiteOptions): Promise<Site> {
  const { folder, names, release, keys, etcd, announce, cleanUp } = options;
  announce('Server', 'interlock serve --data data --online-keys keys/online');
  const data = join(folder, 'data');
  const server = await startServer(data, join(keys, 'online'));
  cleanUp.push(() => server.stop());
  const env = { INTERLOCK_SERVER: server.url, INTERLOCK_TOKEN: server.adminToken };
  await publish(release, { env, keys, announce });
  const { token } = await command<{ token: string }>(['token', 'create', '--role', 'join', '--data', data]);
  const settings = { server: server.url, channel: 'stable', join_token: token, poll: 2, retry: 1 };
  const config = stringify({ ...settings, machine: { kind: 'file' }, ...lockSettings(etcd, health) });

  announce('Hosts', 'starting the agent on files, with release 1');
  const hosts: DemoHost[] = [];
  for (const name of names) {
    const host = await createHost({
      dir: join(folder, name),
      release,
      sizes: { root: 512 * mebibyte, verity: 16 * mebibyte },
      config: { 'agent.d/50-demo.toml': config },
    });
    hosts.push({
      name,
      start: () => host.start(),
      stop: () => host.stop(),
      view: () => viewOf(name, host),
      onDown: (call) => void host.events.on('rebooting', call),
      cpuSeconds: () => 0,
    });
  }
  return { env, keys, hosts };
}

async function viewOf(name: string, host: Host): Promise<HostView> {
  const json = <T>(path: string) =>
    readFile(join(host.dir, path), 'utf8').then(
      (text) => JSON.parse(text) as T,
      () => null,
    );
  const progress = await json<Progress>('run/interlock/progress.json');
  const memory = await json<Memory>('var/lib/interlock/agent/state.json');
  const running = await host.running().catch(() => undefined);
  return {
    name,
    running: running?.version ?? null,
    bootId: running?.bootId ?? null,
    memory,
    progress,
    booting: null,
  };
}
