import { type ChildProcess, spawn } from 'node:child_process';
import { Resolver } from 'node:dns/promises';
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../../../system/process/run.ts';
import { type Machines, mayRunDocker, startMachines } from '../../support/docker/machines.ts';
import { type EtcdCluster, end, freePorts, startEtcd } from '../../support/etcd.ts';

const home = join(import.meta.dirname, '../../..');
const tools = join(home, '.cache/tools');
const libraries = `usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;
const mayRun = mayRunDocker && existsSync(join(tools, 'pdns_server'));
const folder = mkdtempSync(join(tmpdir(), 'interlock-register-'));
const started: ChildProcess[] = [];
let world: Machines;
let cluster: EtcdCluster;
let events = '';
let daemon: ChildProcess;
const resolver = new Resolver({ timeout: 1000, tries: 1 });

beforeAll(async () => {
  if (!mayRun) return;
  [world, cluster] = await Promise.all([startMachines(1), startEtcd()]);
  const [port = 0] = await freePorts(1);
  startDns(port);
  resolver.setServers([`127.0.0.1:${port}`]);
  const watch = spawn(join(tools, 'etcdctl/usr/bin/etcdctl'), ['watch', '--prefix', '/services/'], {
    env: { ...process.env, ETCDCTL_API: '3', ETCDCTL_ENDPOINTS: cluster.endpoints.join() },
  });
  started.push(watch);
  watch.stdout.on('data', (chunk: Buffer) => {
    events += chunk.toString();
  });
  mkdirSync(join(folder, 'etc/interlock/agent.d'), { recursive: true });
  const lock = `[lock]\nkind = "etcd"\nendpoints = ${JSON.stringify(cluster.endpoints)}\n`;
  writeFileSync(join(folder, 'etc/interlock/agent.d/10.toml'), lock);
  daemon = startDaemon();
});
afterAll(async () => {
  await Promise.all(started.map(end));
  await Promise.all([world?.stop(), cluster?.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

/** Debian's PowerDNS, that asks etcd through a script. */
function startDns(port: number): void {
  const script = join(folder, 'answer');
  const pipe = join(home, 'test/support/docker/etcd-pipe.mjs');
  writeFileSync(script, `#!/bin/sh\nETCD=${cluster.endpoints[0]} exec '${process.execPath}' '${pipe}'\n`, {
    mode: 0o755,
  });
  const flags = {
    ...{ 'config-dir': folder, 'socket-dir': folder, daemon: 'no', guardian: 'no', 'disable-syslog': 'yes' },
    ...{
      'local-address': '127.0.0.1',
      'local-port': String(port),
      launch: 'pipe',
      'pipe-command': script,
      'pipe-timeout': '30000',
    },
    'module-dir': join(tools, 'libpipebackend.so', libraries, 'pdns'),
    ...{
      'cache-ttl': '0',
      'query-cache-ttl': '0',
      'negquery-cache-ttl': '0',
      'zone-cache-refresh-interval': '0',
    },
  };
  const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
  const env = { ...process.env, LD_LIBRARY_PATH: join(tools, 'libluajit-5.1.so.2', libraries) };
  const log = openSync(join(folder, 'dns.log'), 'w');
  started.push(
    spawn(join(tools, 'pdns_server/usr/sbin/pdns_server'), args, { env, stdio: ['ignore', log, log] }),
  );
}

function startDaemon(): ChildProcess {
  const main = join(home, 'agent/cli/main.ts');
  const words = ['--root', folder, 'register', '--address', '10.77.0.1', '--lease', '5'];
  const env = { ...process.env, DOCKER_HOST: `unix://${world.machines[0]!.socket}` };
  const child = spawn(process.execPath, ['--max-semi-space-size=1', '--optimize-for-size', main, ...words], {
    env,
    stdio: 'ignore',
  });
  started.push(child);
  return child;
}

async function docker(...words: string[]): Promise<void> {
  const env = { ...process.env, DOCKER_HOST: `unix://${world.machines[0]!.socket}`, DOCKER_CONFIG: folder };
  await run(join(tools, 'dockerd/usr/bin/docker'), words, { env });
}
const startWeb = (n: number) =>
  docker(
    'run',
    '-d',
    '--name',
    `web-${n}`,
    '-l',
    'SERVICE_NAME=web',
    '-p',
    `${8080 + n}:80`,
    'shell',
    'busybox',
    'sleep',
    '1000',
  );
const resolve = () => resolver.resolve4('web.cluster.local').catch(({ code }) => [code as string]);
const registered = async () => {
  const range = { key: btoa('/services/'), range_end: btoa('/services0') };
  const answer = await fetch(`${cluster.endpoints[0]}/v3/kv/range`, {
    method: 'POST',
    body: JSON.stringify(range),
  });
  const { kvs = [] } = (await answer.json()) as { kvs?: { key: string; value: string }[] };
  return kvs
    .map(
      ({ key, value }) =>
        `${atob(key)
          .replace(/.*\/services\//, '')
          .replace(/\/[^:]*:/, ' ')} ${atob(value)}`,
    )
    .toSorted();
};
const soon = { timeout: 20_000, interval: 200 };

test.skipIf(!mayRun)(
  'containers are found by name while they run; nothing is lost by restarts; a dead host’s keys vanish',
  async () => {
    await Promise.all([startWeb(1), startWeb(2)]);
    await expect
      .poll(registered, soon)
      .toEqual(['web web-1:80 10.77.0.1:8081', 'web web-2:80 10.77.0.1:8082']);
    await expect.poll(resolve, soon).toEqual(['10.77.0.1']);
    const kib = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${daemon.pid}/status`, 'utf8'))?.[1];
    // from sources, which Node has to strip of types; as images carry it, it needs two thirds
    expect(Number(kib)).toBeLessThan(160_000);

    await docker('rm', '-f', 'web-2');
    await expect.poll(registered, { ...soon, timeout: 5000 }).toEqual(['web web-1:80 10.77.0.1:8081']);
    await expect
      .poll(() => events, soon)
      .toMatch(
        /PUT\n\/services\/web\/[^\n]*web-1:80\n10\.77\.0\.1:8081\n[\s\S]*DELETE\n\/services\/web\/[^\n]*web-2:80\n/,
      );

    // killed and started again: nobody sees it
    const before = events.match(/DELETE/g)?.length;
    await end(daemon);
    daemon = startDaemon();
    await sleep(8000);
    expect(events.match(/DELETE/g)?.length).toBe(before);
    expect(await registered()).toEqual(['web web-1:80 10.77.0.1:8081']);

    // etcd is away while a container starts
    await cluster.members[0]!.kill();
    await startWeb(3);
    await sleep(3000);
    cluster.members[0]!.restart();
    await expect
      .poll(() => registered().catch(() => []), soon)
      .toEqual(['web web-1:80 10.77.0.1:8081', 'web web-3:80 10.77.0.1:8083']);

    await end(daemon);
    await expect.poll(registered, soon).toEqual([]);
    await expect.poll(resolve, soon).toEqual(['ENOTFOUND']);
  },
);
