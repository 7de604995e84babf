import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Effect } from '../../../agent/machine/event.ts';
import type { Ports } from '../../../agent/perform.ts';
import type { AcquireAnswer, ReleaseAnswer } from '../../../agent/ports.ts';
import { type Progress, type RunOptions, runAgent } from '../../../agent/run.ts';
import { openStore } from '../../../agent/state/store.ts';
import type { Report } from '../../../protocol/check-in.ts';
import { InterlockError } from '../../../protocol/errors.ts';
import { boot, createHost, type ModelHost, perform, targetOf } from '../../support/lock-world/host.ts';
import { createStore, performLock } from '../../support/lock-world/store.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlock-run-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const hex = (version: string) => (version === 'v1' ? 'a' : 'b').repeat(64);

/** A model host behind real ports; the state file and its checks are real. */
function portsOf(model: ModelHost, sent: Report[][] = []): Ports {
  const running = () => ({ ...model.running, rootHash: hex(model.running.version) });
  const target = { ...targetOf('v2'), rootHash: hex('v2') };
  const did = (effect: Effect) => perform(model, effect);
  const self = (boots: readonly string[]) => ({ boot: model.running.bootId, boots, seen: {} });
  return {
    machine: { running: async () => running(), readRoot: async () => {}, reboot: async () => boot(model) },
    slot: { write: async () => void did({ do: 'write', target }) },
    loader: {
      tidy: async () => {},
      flip: async () => (did({ do: 'flip', target }) as { generation: number }).generation,
      flipBack: async () => (did({ do: 'flipBack' }) as { generation: number }).generation,
      unflip: async (generation) => void did({ do: 'unflip', generation }),
      markGood: async (generation) => void did({ do: 'markGood', generation }),
      markBad: async (generation) => void did({ do: 'markBad', generation }),
      entries: async () =>
        model.entries.map(({ generation, slot, tries }) => ({
          generation,
          slot,
          rootHashPrefix: hex(model.slots[slot]).slice(0, 16),
          title: 'core',
          triesLeft: tries,
          triesDone: 0,
        })),
    },
    lock: {
      place: () => ({ kind: 'etcd', endpoints: ['e'], group: 'g', host: 'h' }),
      acquire: async (attempt, rootHash, { boots }) =>
        performLock(model.store, { do: 'acquire', attempt, rootHash }, self(boots), 'ok')
          .answer as AcquireAnswer,
      release: async (hold, rootHash, { boots }, verdict) =>
        performLock(model.store, { do: 'release', hold, rootHash, verdict }, self(boots), 'ok')
          .answer as ReleaseAnswer,
      cancel: async (hold, { boots }) =>
        performLock(model.store, { do: 'cancel', hold }, self(boots), 'ok').answer as ReleaseAnswer,
    },
    trust: { accept: async () => target },
    server: {
      checkIn: async () => {
        if (model.running.version === 'v2') return { decision: { none: 'up_to_date' }, pollSeconds: 60 };
        const offer = {
          grant: 'grant-1234',
          version: 'v2',
          release: target.releaseSha256,
          expires: '2099-01-01T00:00:00Z',
        };
        return { decision: { offer }, pollSeconds: 60 };
      },
      report: async (reports) => void sent.push(reports),
    },
    scripts: {
      health: async () =>
        model.isGood(model.running.version) ? { ok: true } : { ok: false, check: 'c', problem: 'p' },
      hooks: async () => {},
    },
    clock: {
      now: () => new Date(),
      sleep: async () => {},
      nonce: () => (model.nonces++).toString(16).padStart(32, '0'),
    },
  };
}

const options = (change: Partial<RunOptions> = {}): RunOptions => ({
  name: null,
  pollSeconds: 60,
  retrySeconds: 1,
  signal: new AbortController().signal,
  onProgress: () => {},
  ...change,
});

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
