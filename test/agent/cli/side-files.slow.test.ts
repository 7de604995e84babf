import { randomBytes } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { stopRun } from '../../../agent/cli/stop-run.ts';
import type { Memory } from '../../../agent/state-machine/memory.ts';
import { acquire } from '../../../protocol/lock/semaphore.ts';
import { openEtcd } from '../../../system/etcd/etcd.ts';
import { readLock } from '../../../system/lock/read-lock.ts';
import { swapLock } from '../../../system/lock/swap-lock.ts';
import { type EtcdCluster, startEtcd } from '../../support/etcd.ts';
import { startAgent } from '../../support/host/agent-process.ts';
import { createHost } from '../../support/host/create-host.ts';
import { makeHostRelease } from '../../support/host/make-release.ts';

let dir: string;
let etcd: EtcdCluster;
let root: string;
let memory: Memory;
const at = (path: string) => join(root, path);
const state = 'var/lib/interlock/agent';
const agentD = 'etc/interlock/agent.d';

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'interlock-side-'));
  etcd = await startEtcd();
  await makeHostRelease(join(dir, '1'), '1', { files: {}, ballast: randomBytes(1000) });
  const config = [
    'server = "http://127.0.0.1:1"\npoll = 60\nretry = 1',
    `[lock]\nkind = "etcd"\nendpoints = ${JSON.stringify(etcd.endpoints)}`,
    '[health]\nsettle = 0.5\nsteady = 0.1\ntimeout = 5',
  ].join('\n');
  root = join(dir, 'made');
  const host = await createHost({
    dir: root,
    release: join(dir, '1'),
    config: { 'agent.d/50-host.toml': config },
  });
  await host.start();
  await startAgent(root, ['run']).ended;
  await host.stop();
  memory = JSON.parse(await readFile(at(`${state}/state.json`), 'utf8'));
  await writeFile(
    at(`${state}/identity.json`),
    JSON.stringify({ hostId: 'host-1234', credential: 'c'.repeat(32) }),
  );
}, 60_000);
afterAll(async () => {
  await etcd.stop();
  await rm(dir, { recursive: true, force: true });
});

/** A copy of the host with its running slot on trial, and a place in the lock that it took before it rebooted. */
let copies = 0;
beforeEach(async () => {
  root = join(dir, 'made');
  const copy = join(dir, `copy-${copies++}`);
  await cp(root, copy, { recursive: true });
  root = copy;
  const entries = at('efi/loader/entries');
  const [entry = ''] = await readdir(entries);
  await rename(join(entries, entry), join(entries, entry.replace(/(\+[^.]*)?\.conf$/, '+3.conf')));
  const { running, boots } = memory;
  const hold = {
    kind: 'etcd',
    endpoints: etcd.endpoints,
    group: root.slice(-6),
    host: 'h',
    clusterId: '',
    boot: 'boot-before',
    nonce: '0'.repeat(32),
  };
  const goal = { version: '1', rootHash: running!.rootHash, grant: null };
  const phase = { at: 'trying', goal, hold, generation: 1, healthy: false };
  const trial = { ...memory, phase, wait: null, boots: ['boot-before', ...boots] };
  await writeFile(at(`${state}/state.json`), JSON.stringify(trial));
  const client = openEtcd({ endpoints: etcd.endpoints });
  const holder = {
    host: 'h',
    boot: hold.boot,
    nonce: hold.nonce,
    since: '2026-01-01T00:00:00Z',
    release: goal.rootHash,
  };
  await swapLock(client, hold.group, (value) => acquire(value, holder, [])).finally(() => client.close());
});

async function holders(): Promise<string[]> {
  const client = openEtcd({ endpoints: etcd.endpoints });
  const { holders: all } = await readLock(client, root.slice(-6)).finally(() => client.close());
  return all.map(({ host }) => host);
}

/** Every file's bytes and time of change. */
async function snapshot(): Promise<string[]> {
  const names = await readdir(root, { recursive: true });
  return Promise.all(
    names.map(async (name) => {
      const facts = await stat(at(name));
      const text =
        facts.isFile() && facts.size < 100_000 ? (await readFile(at(name))).toString('base64') : '';
      return `${name} ${facts.mtimeMs} ${text}`;
    }),
  );
}

const folderFor = async (path: string) => {
  await rm(at(path), { recursive: true, force: true });
  await mkdir(at(path), { recursive: true });
};
const fileFor = async (path: string) => {
  await rm(at(path), { recursive: true, force: true });
  await mkdir(join(at(path), '..'), { recursive: true });
  await writeFile(at(path), '');
};

const damages: [string, RegExp, () => Promise<unknown>][] = [
  ['the identity is empty', /identity\.json/, () => writeFile(at(`${state}/identity.json`), '')],
  [
    'the identity is half written',
    /identity\.json/,
    () => writeFile(at(`${state}/identity.json`), '{"hostId"'),
  ],
  ['an unknown key', /polll/, () => writeFile(at(`${agentD}/90-ops.toml`), 'polll = 60\n')],
  ['no TOML', /line 1/, () => writeFile(at(`${agentD}/50-host.toml`), 'server "x"\n')],
  [
    'a contradiction',
    /health\.settle/,
    () => writeFile(at(`${agentD}/90-ops.toml`), '[health]\nsettle = 1000\n'),
  ],
  [
    'another lock today',
    /^/,
    () => writeFile(at(`${agentD}/90-ops.toml`), 'group = "other"\n[lock]\nkind = "none"\n'),
  ],
  [
    'an authority that is not there',
    /^/,
    () => writeFile(at(`${agentD}/90-ops.toml`), 'ca = "/nowhere.pem"\n'),
  ],
  ['a file for the health checks’ folder', /health\.d/, () => fileFor('etc/interlock/health.d')],
  ['a file for the hooks’ folder', /hooks/, () => fileFor('etc/interlock/hooks')],
  [
    'a damaged trust cache',
    /^/,
    async () => {
      await folderFor(`${state}/trust`);
      await writeFile(at(`${state}/trust/cache.json`), 'torn');
    },
  ],
  ['damaged notes on /etc', /^/, () => writeFile(at(`${state}/etc.json`), 'torn')],
  ['damaged settings of yesterday', /^/, () => writeFile(at(`${state}/settings.json`), '{"inputs":7}')],
  [
    'no machine id',
    /^/,
    async () => {
      await rm(at('etc/machine-id'), { force: true });
      await folderFor(`${state}/machine-id`);
    },
  ],
];

describe('a healthy slot on trial is confirmed and its place given back', () => {
  it.each(damages)('with %s', async (_, words, damage) => {
    await damage();
    const { stderr } = await startAgent(root, ['run', '--trial']).ended;
    expect(await readdir(at('efi/loader/entries')), stderr).toEqual(['interlock-1.conf']);
    expect(await holders(), stderr).toEqual([]);
    const { stdout } = await startAgent(root, ['status']).ended;
    expect(stdout.replace(/\n +/g, ' ')).toMatch(words);
  });

  it('also without settings of yesterday', async () => {
    await rm(at(`${state}/settings.json`), { force: true });
    await writeFile(at(`${agentD}/90-ops.toml`), 'polll = 60\n');
    const { stderr } = await startAgent(root, ['run', '--trial']).ended;
    expect(await holders(), stderr).toEqual([]);
  });
});

describe('who only looks changes nothing', () => {
  it.each([
    ...damages.slice(0, 4),
    ['an empty state', /state_invalid/, () => writeFile(at(`${state}/state.json`), '')],
    ['a state that is gone', /state_invalid/, () => rm(at(`${state}/state.json`))],
    ['nothing there at all', /not enrolled/, () => rm(at(state), { recursive: true })],
  ] as typeof damages)('with %s', async (_, words, damage) => {
    await damage();
    const before = await snapshot();
    const first = await startAgent(root, ['status']).ended;
    const second = await startAgent(root, ['status']).ended;
    await startAgent(root, ['lock', 'status']).ended;
    expect(await snapshot()).toEqual(before);
    expect([first.code, second.code]).toEqual([0, 0]);
    for (const { stdout } of [first, second]) expect(stdout.replace(/\n +/g, ' ')).toMatch(words);
  });
});

it('begins nothing new with a wrong configuration, says so and goes on checking', async () => {
  await writeFile(at(`${agentD}/90-ops.toml`), 'polll = 60\n');
  for (const words of [['update'], ['check'], ['rollback']]) {
    expect((await startAgent(root, words).ended).code).toBe(78);
  }
  const { code, stderr } = await startAgent(root, ['run']).ended;
  expect([code, stderr]).toEqual([78, expect.stringContaining('polll')]);
});

describe('a cancel', () => {
  async function put(phase: object): Promise<void> {
    await writeFile(at(`${state}/state.json`), JSON.stringify({ ...memory, phase, wait: null }));
  }
  const goal = { version: '2', rootHash: 'b'.repeat(64), grant: null };

  it('says what is barred, and so does status from then on', async () => {
    await put({ at: 'written', plan: { goal, target: null, expires: null }, fresh: true });
    const { code, stdout } = await startAgent(root, ['cancel']).ended;
    expect([code, stdout]).toEqual([
      0,
      expect.stringContaining('cancelled on this host until: interlock-agent update --retry 2'),
    ]);
    const status = (await startAgent(root, ['status']).ended).stdout.replace(/\n +/g, ' ');
    expect(status).toMatch(/cancelled here +2, .*skipped until: interlock-agent update --retry 2/);
    expect((await startAgent(root, ['cancel']).ended).code).toBe(2);
    expect((await startAgent(root, ['confirm']).ended).code).toBe(2);
    // an order that does not fit is no trouble of the host
    const { stdout: after } = await startAgent(root, ['status', '--json']).ended;
    expect(JSON.parse(after).problems).toEqual([]);
  });

  it('stops the run that would go on to the reboot, and no other process', async () => {
    await mkdir(at('etc/interlock/hooks/pre-reboot.d'), { recursive: true });
    const hook = at('etc/interlock/hooks/pre-reboot.d/10-drain');
    await writeFile(hook, '#!/bin/sh\nexec sleep 60\n', { mode: 0o755 });
    const hold = { kind: 'none', endpoints: [], group: 'g', host: 'h', clusterId: '', boot: 'b', nonce: 'n' };
    await put({ at: 'locked', plan: { goal, target: null, expires: null }, hold, drained: false });
    const begun = performance.now();
    const run = startAgent(root, ['run']);
    const isDraining = async () =>
      expect(JSON.parse(await readFile(at('run/interlock/progress.json'), 'utf8'))).toMatchObject({
        pid: run.pid,
        step: 'hooks',
      });
    await vi.waitFor(isDraining, { timeout: 20_000, interval: 100 });
    await stopRun({ run: at('run/interlock'), state: at(state) }, String(process.pid));
    const { code, stdout, stderr } = await startAgent(root, ['cancel']).ended;
    expect(stderr).toContain(`process ${run.pid}`);
    expect([code, stdout]).toEqual([0, expect.stringContaining('2 is cancelled on this host')]);
    expect((await run.ended).stderr).not.toContain('reboot');
    // not the hook's time, which would be over before the hook is
    expect(performance.now() - begun).toBeLessThan(40_000);
  }, 60_000);

  it('that comes too late says so', async () => {
    const hold = {
      kind: 'none',
      endpoints: [],
      group: 'g',
      host: 'h',
      clusterId: '',
      boot: memory.boots.at(-1),
      nonce: 'n',
    };
    await put({ at: 'rebooting', goal, hold, generation: 2, attempt: null, confirmed: false });
    const { code, stderr } = await startAgent(root, ['cancel']).ended;
    expect([code, stderr]).toEqual([75, expect.stringContaining('too late to cancel 2')]);
  });
});
