import { spawnSync } from 'node:child_process';
import { chmod, lstat, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openProgress } from '../../agent/cli/progress.ts';
import { hooks } from '../../agent/scripts/hooks.ts';
import { noteNextRun } from '../../agent/state/note-next-run.ts';
import { loadCache, saveCache, tidyCache } from '../../agent/trust/cache.ts';
import { holdLock } from '../../system/files/hold-lock.ts';
import { makeLockFile, tightenTree } from '../../system/files/private-files.ts';

const units = join(import.meta.dirname, '../../agent/dist/usr/lib/systemd/system');
const isRoot = process.getuid?.() === 0;

let folder: string;
let mask: number;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlock-strangers-'));
  // as in an operator's shell
  mask = process.umask(0o022);
});
afterEach(async () => {
  process.umask(mask);
  await rm(folder, { recursive: true, force: true });
});

const mode = async (path: string) => (await lstat(path)).mode & 0o777;

test.each([
  ['a new lock file', null],
  ['one that was left open', 0o644],
  ['one that everybody may write', 0o666],
])('nobody else can hold the agent’s lock: %s', async (_, before) => {
  const file = join(folder, 'agent.lock');
  if (before !== null) {
    await writeFile(file, '');
    await chmod(file, before);
  }
  const unlock = await holdLock(file, 'interlock-agent');
  expect(await mode(file)).toBe(0o600);
  await unlock();
});

test.runIf(isRoot)('another user cannot open it, so that the agent gets it all the same', async () => {
  await chmod(folder, 0o755);
  const file = join(folder, 'agent.lock');
  await (await holdLock(file, 'interlock-agent'))();
  const held = spawnSync('flock', ['--nonblock', file, 'true'], { uid: 65534, gid: 65534 });
  expect(held.status).not.toBe(0);
  await (await holdLock(file, 'interlock-agent'))();
});

test('the ESP’s lock is made for its owner alone, and tightened when it is there', async () => {
  const file = join(folder, 'esp.lock');
  await makeLockFile(file);
  expect(await mode(file)).toBe(0o600);
  await chmod(file, 0o664);
  await makeLockFile(file);
  expect(await mode(file)).toBe(0o600);
});

test('what the agent tells in /run is not for everybody', async () => {
  openProgress(folder)({ phase: 'idle', step: 'waiting', done: 0, total: 0, at: '' });
  await noteNextRun(folder, {
    wait: { until: new Date().toISOString(), reason: '' },
    reports: [],
    phase: { at: 'idle' },
  });
  expect(await mode(join(folder, 'progress.json'))).toBe(0o600);
  expect(await mode(join(folder, 'next-run'))).toBe(0o600);
});

test('what older agents left open in the state is tightened; links are left alone', async () => {
  const outside = join(folder, 'outside');
  await writeFile(outside, '', { mode: 0o644 });
  const state = join(folder, 'agent');
  await mkdir(join(state, 'trust'), { recursive: true });
  await writeFile(join(state, 'machine-id'), '', { mode: 0o644 });
  await writeFile(join(state, 'trust/trust.json'), '', { mode: 0o664 });
  await tightenTree(state);
  expect(await Promise.all([state, join(state, 'trust')].map(mode))).toEqual([0o700, 0o700]);
  expect(
    await Promise.all(['machine-id', 'trust/trust.json'].map((name) => mode(join(state, name)))),
  ).toEqual([0o600, 0o600]);
  expect(await mode(outside)).toBe(0o644);
});

test('the trust cache is for the agent alone', async () => {
  const cache = join(folder, 'trust');
  await tidyCache(cache);
  await saveCache(cache, await loadCache(cache));
  expect(await mode(cache)).toBe(0o700);
  expect(await mode(join(cache, 'trust.json'))).toBe(0o600);
});

test.each([0o077, 0o022])('a hook’s files have the usual mode under the agent’s mask %o', async (own) => {
  process.umask(own);
  const scripts = join(folder, 'pre-reboot.d');
  await mkdir(scripts);
  const made = join(folder, 'made');
  await writeFile(join(scripts, '10-drain'), `#!/bin/sh\numask >${made}.umask; touch ${made}\n`, {
    mode: 0o755,
  });
  await chmod(join(scripts, '10-drain'), 0o755);
  await hooks(scripts, 5, new AbortController().signal);
  expect((await stat(made)).mode & 0o777).toBe(0o644);
  expect(Number.parseInt(await readFile(`${made}.umask`, 'utf8'), 8)).toBe(0o022);
});

test.each(['agent', 'confirm', 'deadman'])(
  'interlock-%s.service makes files for root alone',
  async (name) => {
    const unit = await readFile(join(units, `interlock-${name}.service`), 'utf8');
    expect(unit).toMatch(/^UMask=0077$/m);
  },
);

test.each(['agent', 'confirm'])(
  'interlock-%s.service leaves what slots, the ESP, a reboot and hooks need',
  async (name) => {
    const unit = await readFile(join(units, `interlock-${name}.service`), 'utf8');
    // any of these makes a mount namespace: an ESP mounted inside is not seen outside, and repaired while it is in use
    const namespaced =
      /^(Private(Tmp|Devices|Mounts|Users)|Protect\w+|ReadOnlyPaths|InaccessiblePaths|Root\w+)=/m;
    expect(unit).not.toMatch(namespaced);
    expect(unit).not.toMatch(
      /^(Device(Allow|Policy)|NoNewPrivileges|MemoryDenyWriteExecute|RestrictNamespaces)=/m,
    );
    expect(unit).not.toMatch(/CAP_SYS_(ADMIN|RAWIO|BOOT|MODULE)|@(mount|reboot|privileged|raw-io|module)\b/);
  },
);
