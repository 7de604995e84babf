import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Memory } from '../../../agent/state-machine/memory.ts';
import type { LockValue } from '../../../protocol/lock/lock-value.ts';
import { openEtcd } from '../../../system/etcd/etcd.ts';
import { readLock } from '../../../system/lock/read-lock.ts';
import { type EtcdCluster, startEtcd } from '../../support/etcd.ts';
import { startAgent } from '../../support/host/agent-process.ts';
import { createHost } from '../../support/host/create-host.ts';
import { makeHostRelease } from '../../support/host/make-release.ts';
import type { Host } from '../../support/host/supervise-host.ts';

let dir: string;
let etcd: EtcdCluster;
let hosts: Host[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'interlock-maintenance-'));
  etcd = await startEtcd(3);
  const release = join(dir, 'release');
  await makeHostRelease(release, '1', {});
  const settings = [
    'poll = 1\nretry = 1',
    `[lock]\nkind = "etcd"\nendpoints = ${JSON.stringify(etcd.endpoints)}`,
    '[health]\nsettle = 0.5\nsteady = 0.1\ntimeout = 5',
  ].join('\n');
  const hook = '#!/bin/sh\necho "$0" >>"$(dirname "$0")/../../../../hooks.log"\n';
  hosts = await Promise.all(
    ['h1', 'h2', 'h3'].map((name, n) =>
      createHost({
        dir: join(dir, name),
        release,
        pollMs: 500,
        config: {
          'agent.d/50-host.toml': settings,
          'machine-id': `${String(n).repeat(32)}\n`,
          'hooks/pre-reboot.d/10-log': hook,
          'hooks/post-confirm.d/10-log': hook,
        },
      }),
    ),
  );
  await Promise.all(hosts.map((host) => host.start()));
  const state = (host: Host) => join(host.dir, 'var/lib/interlock/agent/state.json');
  while (!hosts.every((host) => existsSync(state(host)))) await sleep(100);
}, 120_000);

afterAll(async () => {
  await Promise.all(hosts.map((host) => host.stop()));
  await etcd?.stop();
  await rm(dir, { recursive: true, force: true });
});

async function lock(): Promise<LockValue> {
  const client = openEtcd({ endpoints: etcd.endpoints });
  return readLock(client, 'default').finally(() => client.close());
}

async function memory(host: Host): Promise<Memory> {
  return JSON.parse(await readFile(join(host.dir, 'var/lib/interlock/agent/state.json'), 'utf8'));
}

async function until(what: string, isDone: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(100)) {
    if (await isDone()) return;
  }
  throw new Error(`${what}: ${JSON.stringify([await lock(), ...(await Promise.all(hosts.map(memory)))])}`);
}

const run = (host: Host, script: string, ...options: string[]) =>
  startAgent(host.dir, ['lock', 'run', ...options, '--', '/bin/sh', '-c', script]);
const isFree = async () => (await lock()).holders.length === 0;

it('runs one host’s task at a time, and goes on past one that fails', async () => {
  const inside = join(dir, 'inside');
  const script = (status: number) =>
    `mkdir ${inside} || touch ${dir}/two-at-once; sleep 0.5; rmdir ${inside}; exit ${status}`;
  const ends = await Promise.all([0, 3, 0].map((status, n) => run(hosts[n]!, script(status)).ended));
  expect(ends.map(({ code }) => code)).toEqual([0, 75, 0]);
  expect(ends[1]!.stderr).toContain('it ended with 3');
  expect(existsSync(join(dir, 'two-at-once'))).toBe(false);
  expect(await lock()).toMatchObject({ holders: [], releases: {} });
});

it('ends a task that hangs, with all it started, and gives the place back', async () => {
  const end = await run(hosts[0]!, 'trap "" TERM; sleep 300 & sleep 300', '--timeout', '1').ended;
  expect(end).toMatchObject({ code: 75, stderr: expect.stringContaining('did not end within 1 s') });
  expect(await isFree()).toBe(true);
});

it('reboots by drain, lock and health, without an update', async () => {
  const host = hosts[1]!;
  const { bootId, version } = await host.running();
  expect((await startAgent(host.dir, ['reboot']).ended).code).toBe(100);
  await until('the reboot', async () => (await memory(host)).lastTask?.name === 'reboot');
  const after = await host.running();
  expect([after.version, after.bootId === bootId]).toEqual([version, false]);
  expect((await memory(host)).lastTask?.ok).toBe(true);
  expect(await readFile(join(host.dir, 'hooks.log'), 'utf8')).toMatch(/pre-reboot.*\n.*post-confirm/);
  expect(await isFree()).toBe(true);
});

it('keeps its place while the agent is killed, and gives it back at the task’s own end', async () => {
  const host = hosts[2]!;
  const agent = run(host, `until [ -e ${dir}/go ]; do sleep 0.2; done; touch ${dir}/ended`);
  await until('the task', async () => (await memory(host)).phase.at === 'working' && !(await isFree()));
  await sleep(500);
  agent.kill('SIGKILL');
  // its output stays open as long as the task has it
  await sleep(1000);
  expect([existsSync(join(dir, 'ended')), await isFree()]).toEqual([false, false]);
  await writeFile(join(dir, 'go'), '');
  const isTold = async () => (await memory(host)).lastTask?.name.includes('/go') ?? false;
  await until('the end', isTold);
  expect([existsSync(join(dir, 'ended')), await isFree()]).toEqual([true, true]);
  expect((await memory(host)).lastTask?.ok).toBe(true);
});

it('is proven by the next boot when power goes in the middle', async () => {
  const host = hosts[0]!;
  const agent = run(host, 'sleep 300');
  const groupFile = async () => {
    const { phase } = await memory(host);
    return phase.at === 'working' ? join(host.dir, 'run/interlock/task', `${phase.hold.nonce}.group`) : '';
  };
  await until('the task', async () => existsSync(await groupFile()));
  await sleep(200);
  const group = Number(await readFile(await groupFile(), 'utf8'));
  agent.kill('SIGKILL');
  process.kill(-group, 'SIGKILL');
  await agent.ended;
  expect(await isFree()).toBe(false);
  await host.powerCut();
  const isTold = async () => /restarted/.test((await memory(host)).lastTask?.problem ?? '');
  await until('health', isTold);
  expect(await isFree()).toBe(true);
});
