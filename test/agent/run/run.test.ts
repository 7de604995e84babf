import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Progress, runAgent } from '../../../agent/run/run.ts';
import { openStore } from '../../../agent/state/store.ts';
import type { Report } from '../../../protocol/api/check-in.ts';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { createHost } from '../../support/lock-world/host.ts';
import { options, portsOf } from '../../support/lock-world/ports.ts';
import { createStore } from '../../support/lock-world/store.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlock-run-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('updates a host across its reboot and tells the server everything once', async () => {
  const model = createHost('h', createStore(1));
  const sent: Report[][] = [];
  const store = openStore(folder);
  const steps: Progress[] = [];
  const before = await runAgent(portsOf(model, sent), store, options({ onProgress: (p) => steps.push(p) }));
  expect(before.phase.at).toBe('rebooting');
  const after = await runAgent(portsOf(model, sent), store, options());
  expect(after.phase.at).toBe('idle');
  expect(model.running.version).toBe('v2');
  expect(model.store.value.holders).toEqual([]);
  const reports = sent.flat();
  expect(new Set(reports.map(({ id }) => id)).size).toBe(reports.length);
  expect(reports.map(({ kind }) => kind)).toEqual(['written', 'locked', 'rebooting', 'confirmed']);
  expect(steps.map(({ step }) => step)).toContain('write');
});

it('asks once more before the flip: a rollout that stopped meanwhile takes its leave back', async () => {
  const model = createHost('h', createStore(1));
  const ports = portsOf(model);
  const ask = ports.server!.checkIn;
  ports.server!.checkIn = async (said) =>
    said.at === 'locked' ? { decision: { none: 'halted' }, pollSeconds: 60 } : ask(said);
  const memory = await runAgent(ports, openStore(folder), options());
  expect(memory).toMatchObject({
    phase: { at: 'idle' },
    wait: { reason: expect.stringContaining('halted') },
  });
  expect(memory.failed).toEqual({});
  expect(model.store.value.holders).toEqual([]);
  expect([model.boot, model.entries.length]).toEqual([1, 1]);

  ports.server!.checkIn = async (said) => {
    if (said.at === 'locked') throw new Error('away');
    return ask(said);
  };
  const fresh = openStore(await mkdtemp(join(folder, 'fresh-')));
  expect((await runAgent(ports, fresh, options())).phase.at).toBe('rebooting');
});

it('gives the place back and keeps reports while the server is away', async () => {
  const model = createHost('h', createStore(1));
  const ports = portsOf(model);
  ports.server!.report = async () => {
    throw new Error('away');
  };
  const store = openStore(folder);
  await runAgent(ports, store, options());
  const memory = await runAgent(ports, store, options());
  expect(model.store.value.holders).toEqual([]);
  expect(memory.reports).toHaveLength(4);
});

it('comes to the same end one phase per process', async () => {
  const model = createHost('h', createStore(1));
  const store = openStore(folder);
  let runs = 0;
  while (model.running.version !== 'v2' || model.store.value.holders.length > 0) {
    await runAgent(portsOf(model), store, options({ once: true }));
    if (++runs > 40) throw new Error('no end');
  }
  expect(runs).toBeGreaterThan(8);
});

it('does nothing and writes nothing while it waits', async () => {
  const model = createHost('h', createStore(1));
  const ports = portsOf(model);
  ports.server!.checkIn = async () => ({ decision: { none: 'held' }, pollSeconds: 60 });
  const store = openStore(folder);
  await runAgent(ports, store, options());
  const text = await readFile(join(folder, 'state.json'), 'utf8');
  ports.server!.checkIn = async () => {
    throw new Error('asked again');
  };
  await runAgent(ports, { ...store, save: () => Promise.reject(new Error('saved')) }, options());
  expect(await readFile(join(folder, 'state.json'), 'utf8')).toBe(text);
});

it('says when it started without its memory', async () => {
  await writeFile(join(folder, 'state.json'), 'torn');
  const model = createHost('h', createStore(1));
  const ports = portsOf(model);
  ports.server!.checkIn = async () => ({ decision: { none: 'held' }, pollSeconds: 60 });
  const stopped = new AbortController();
  stopped.abort();
  const memory = await runAgent(ports, openStore(folder), options({ signal: stopped.signal }));
  expect(memory.problem?.code).toBe('state_invalid');
});

it('stops within five seconds even when an effect does not', async () => {
  const model = createHost('h', createStore(1));
  const ports = portsOf(model);
  const stop = new AbortController();
  let stopped = 0;
  ports.slot.write = () => {
    stopped = Date.now();
    stop.abort();
    return new Promise(() => {});
  };
  const memory = await runAgent(ports, openStore(folder), options({ signal: stop.signal }));
  expect(Date.now() - stopped).toBeLessThan(5000);
  expect(memory.phase.at).toBe('offered');
});

it('does not reboot without a configured lock, and says so', async () => {
  const model = createHost('h', createStore(1));
  const ports = portsOf(model);
  ports.lock.place = () => {
    throw new InterlockError('lock_unset');
  };
  const memory = await runAgent(ports, openStore(folder), options());
  expect(memory.phase.at).toBe('written');
  expect(memory.problem?.code).toBe('lock_unset');
  expect(model.boot).toBe(1);
});
