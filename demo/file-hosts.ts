import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Progress } from '../agent/run/run.ts';
import type { Memory } from '../agent/state-machine/memory.ts';
import { createHost } from '../test/support/host/create-host.ts';
import type { Host } from '../test/support/host/supervise-host.ts';
import { configOf, type DemoHost, type HostsOptions } from './demo-host.ts';
import type { HostView } from './describe-host.ts';

const mebibyte = 1024 * 1024;
const health = { settle: 5, steady: 1, timeout: 5 };

/** Hosts that are folders: the real agent, with files for disks and a boot loader of ours. */
export async function fileHosts(options: HostsOptions): Promise<DemoHost[]> {
  const hosts: DemoHost[] = [];
  for (const name of options.names) {
    const host = await createHost({
      dir: join(options.folder, name),
      release: options.release,
      sizes: { root: 512 * mebibyte, verity: 16 * mebibyte },
      config: { 'agent.d/50-demo.toml': `${configOf(options, health)}\n[machine]\nkind = "file"\n` },
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
  return hosts;
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
