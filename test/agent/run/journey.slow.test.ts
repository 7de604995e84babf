import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Memory } from '../../../agent/machine/memory.ts';
import { openEtcd } from '../../../system/etcd.ts';
import { readLock } from '../../../system/swap-lock.ts';
import { type EtcdCluster, startEtcd } from '../../support/etcd.ts';
import { type AgentExit, startAgent } from '../../support/host/agent-process.ts';
import { createHost } from '../../support/host/create-host.ts';
import { makeHostRelease } from '../../support/host/make-release.ts';
import type { Host } from '../../support/host/supervise-host.ts';

const cli = new URL('../../../cli/main.ts', import.meta.url).pathname;
let dir: string;
let etcd: EtcdCluster;
let server: ChildProcess;
let url: string;
let env: NodeJS.ProcessEnv;
let host: Host;

const at = (...path: string[]) => join(dir, ...path);
const interlock = async (...words: string[]) =>
  (await promisify(execFile)(process.execPath, [cli, ...words], { env: { ...process.env, ...env } })).stdout;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'interlock-journey-'));
  etcd = await startEtcd();
  await interlock('keys', 'init', at('keys'), '--no-x509');
  const trust = {
    'usr/lib/interlock/root.json': await readFile(at('keys/metadata/root.json'), 'utf8'),
    'usr/lib/interlock/trust-floor.json': JSON.stringify({
      format: 1,
      built: '2026-01-01T00:00:00Z',
      root: 1,
      channels: {},
    }),
  };
  const bad = { 'etc/interlock/health.d/10-net': '#!/bin/sh\necho no route\nexit 1\n' };
  for (const [version, more] of Object.entries({ 1: {}, 2: {}, 3: bad, 4: {} })) {
    const files = { ...trust, ...more };
    await makeHostRelease(at(version), version, { files, ballast: randomBytes(2_000_000) });
    for (const name of ['packages.lock', 'sbom.cdx.json']) await writeFile(at(version, name), '');
  }
  [server, url, env] = await serve();
  await interlock('publish', at('1'), '--keys', at('keys'), '--channel', 'stable');
  const made = await interlock('token', 'create', '--role', 'join', '--data', at('data'), '--json');
  const { token } = JSON.parse(made) as { token: string };
  const settings = [
    `server = "${url}"\njoin_token = "${token}"\nname = "made"\npoll = 1\nretry = 1`,
    `[lock]\nkind = "etcd"\nendpoints = ${JSON.stringify(etcd.endpoints)}`,
    '[health]\nsettle = 0.5\nsteady = 0.2\ntimeout = 5',
  ];
  host = await createHost({
    dir: at('host'),
    release: at('1'),
    config: { 'agent.d/50-host.toml': settings.join('\n') },
    pollMs: 200,
  });
  await host.start();
});

afterAll(async () => {
  await host?.stop();
  server?.kill('SIGTERM');
  await etcd?.stop();
  await rm(dir, { recursive: true, force: true });
});

function serve(): Promise<[ChildProcess, string, NodeJS.ProcessEnv]> {
  const words = [
    'serve',
    '--data',
    at('data'),
    '--listen',
    '127.0.0.1:0',
    '--online-keys',
    at('keys/online'),
  ];
  const child = spawn(process.execPath, [cli, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    let text = '';
    child.once('exit', () => reject(new Error(`the server ended: ${text}`)));
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const found = /listening on (\S+)/.exec(text)?.[1];
      const token = /admin token: (\S+)/.exec(text)?.[1];
      if (found && token) resolve([child, found, { INTERLOCK_SERVER: found, INTERLOCK_TOKEN: token }]);
    });
  });
}

async function memory(): Promise<Memory | null> {
  const text = await readFile(at('host/var/lib/interlock/agent/state.json'), 'utf8').catch(() => null);
  return text ? JSON.parse(text) : null;
}

async function until(what: string, isDone: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 90_000; Date.now() < end; await sleep(100)) if (await isDone()) return;
  throw new Error(`${what}: ${JSON.stringify(await memory(), null, 1)}`);
}

async function lock() {
  const client = openEtcd({ endpoints: etcd.endpoints });
  try {
    return await readLock(client, 'default');
  } finally {
    client.close();
  }
}

const hasFailed = (wanted: string) => async () =>
  Object.values((await memory())?.failed ?? {}).some(({ version }) => version === wanted);

const settledOn = (version: string) => async () => {
  const { phase, look } = (await memory()) ?? {};
  const running = await host.running().catch(() => null);
  return phase?.at === 'idle' && running?.version === version && look?.reason !== '';
};

it('updates and survives kills at random moments', async () => {
  await until('a first look', settledOn('1'));
  await interlock('publish', at('2'), '--keys', at('keys'), '--channel', 'stable');
  let kills = 0;
  await until('release 2', async () => {
    await sleep(Math.random() * 300);
    if (kills < 15 && host.kill9()) kills++;
    return settledOn('2')();
  });
  expect(kills).toBeGreaterThan(3);
  const [[, good] = []] = Object.entries((await lock()).releases);
  expect(await lock()).toMatchObject({ holders: [] });
  expect(good).toEqual({ ok: 1, failed: {} });
});

it('goes back by its operator’s word and stays there', async () => {
  expect((await agent('rollback')).code).toBe(100);
  await until('release 1', settledOn('1'));
  expect(await lock()).toMatchObject({ holders: [] });
  expect(Object.values((await memory())!.failed).map(({ version }) => version)).toContain('2');
});

it('falls back to the slot that ran, and says why', async () => {
  await interlock('publish', at('3'), '--keys', at('keys'), '--channel', 'stable');
  await until('the fall-back', hasFailed('3'));
  await until('release 1 again', settledOn('1'));
  expect(await lock()).toMatchObject({ holders: [] });
  expect(Object.values((await lock()).releases).at(-1)?.ok).toBe(0);

  expect(await agent('rollback')).toMatchObject({
    code: 75,
    stderr: expect.stringContaining('3 failed on this host'),
  });
  expect((await agent('confirm')).stderr).toMatch(/nothing is on trial/);
  const status = (await host.status()) as { failed: Record<string, { version: string; reason: string }> };
  expect(Object.values(status.failed)).toMatchObject([
    { version: '2' },
    { version: '3', reason: expect.stringMatching(/10-net.*no route/) },
  ]);
});

it('ends on a whole slot with no place held, wherever the power is cut', async () => {
  await interlock('publish', at('4'), '--keys', at('keys'), '--channel', 'stable');
  for (let cuts = 0; cuts < 6; cuts++) {
    await sleep(300 + Math.random() * 1500);
    await host.powerCut();
  }
  await until(
    'rest',
    async () => (await settledOn('4')()) || ((await hasFailed('4')()) && (await settledOn('1')())),
  );
  expect(await lock()).toMatchObject({ holders: [] });
});

/** The operator's hand on the host. */
function agent(...words: string[]): Promise<AgentExit> {
  return startAgent(at('host'), words).ended;
}
