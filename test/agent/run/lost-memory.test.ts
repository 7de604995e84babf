import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Ports } from '../../../agent/ports/ports.ts';
import { runAgent } from '../../../agent/run/run.ts';
import { openStore, type Store } from '../../../agent/state/store.ts';
import type { CheckIn } from '../../../protocol/api/check-in.ts';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { forceRelease } from '../../../protocol/lock/semaphore.ts';
import { createHost, type ModelHost } from '../../support/lock-world/host.ts';
import { hex, options, portsOf } from '../../support/lock-world/ports.ts';
import { createStore } from '../../support/lock-world/store.ts';

let folder: string;
let store: Store;
let now: number;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlock-lost-'));
  store = openStore(folder);
  now = Date.parse('2026-01-01T00:00:00Z');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const lose = () => writeFile(join(folder, 'state.json'), '');

/** Ports on a clock of the test's own that also write down what the server is told. */
function world(model: ModelHost): { ports: Ports; said: Pick<CheckIn, 'at' | 'trouble'>[] } {
  const ports = portsOf(model);
  const ask = ports.server!.checkIn;
  const said: Pick<CheckIn, 'at' | 'trouble'>[] = [];
  ports.clock.now = () => new Date(now);
  ports.server!.checkIn = async (body) => {
    said.push({ at: body.at, ...(body.trouble && { trouble: body.trouble }) });
    return ask(body);
  };
  return { ports, said };
}

/** Lets an hour pass, and the agent run. */
async function later(ports: Ports) {
  now += 3_700_000;
  return runAgent(ports, store, options());
}

it('confirms by facts what it was trying, keeps the place, and says how it is given back', async () => {
  const model = createHost('h', createStore(1));
  const { ports, said } = world(model);
  await later(ports);
  expect(model.running.version).toBe('v2');
  await lose();
  await later(ports);
  const memory = await later(ports);
  expect(model.entries.at(-1)?.tries).toBeNull();
  expect(model.store.value.holders).toHaveLength(1);
  expect(memory).toMatchObject({ phase: { at: 'idle' }, standing: { group: 'g', host: 'h' } });
  expect(said.at(-1)?.trouble).toMatchObject({
    code: 'lock_stranded',
    text: expect.stringContaining('interlock lock release h --yes --group g --etcd e'),
  });
});

it.each([
  ['in the reboot', true],
  ['while the place was held, in the same boot', false],
])('takes no new place over the old one: lost %s', async (_, isRebooted) => {
  const model = createHost('h', createStore(1));
  const { ports, said } = world(model);
  if (isRebooted) await later(ports);
  else {
    ports.scripts.hooks = async () => {
      throw new InterlockError('hook_failed', { hook: 'x', problem: 'no' });
    };
    await later(ports);
    ports.scripts.hooks = async () => {};
  }
  expect(model.store.value.holders).toHaveLength(1);
  const [{ nonce } = { nonce: '' }] = model.store.value.holders;
  await lose();
  await later(ports);
  const target = {
    ...(await portsOf(model).trust!.accept({ version: 'v2', grant: null }, model.running as never, 'server')),
    version: 'v3',
    rootHash: hex('v3').replace(/b/g, 'c'),
  };
  ports.trust!.accept = async () => target;
  ports.server!.checkIn = async (body) => {
    said.push(body);
    const offer = {
      grant: 'grant-5678',
      version: 'v3',
      release: target.releaseSha256,
      expires: '2099-01-01T00:00:00Z',
    };
    return { decision: { offer }, pollSeconds: 60 };
  };
  ports.slot.write = async () => {};
  const stuck = await later(ports);
  expect(stuck.phase.at).toBe('written');
  expect(stuck.problem?.code).toBe('lock_stranded');
  expect(stuck.problem?.problem).toContain('interlock lock release h --yes --group g --etcd e');
  expect(model.store.value.holders.map((holder) => holder.nonce)).toEqual([nonce]);
  await later(ports);
  expect(said.at(-1)?.trouble?.code).toBe('lock_stranded');

  model.store.value = forceRelease(model.store.value, 'h');
  model.store.revision++;
  const free = await later(ports);
  expect(free.standing).toBeUndefined();
  expect(['locked', 'flipped', 'rebooting']).toContain(free.phase.at);
});

it('goes on when the lock shows no place of its own, and tells what was lost until an update is complete', async () => {
  const model = createHost('h', createStore(1));
  const { ports, said } = world(model);
  await lose();
  await later(ports);
  expect(said[0]?.trouble?.code).toBe('state_invalid');
  expect(model.running.version).toBe('v2');
  const memory = await later(ports);
  expect(memory.lost).toBeUndefined();
  expect(model.store.value.holders).toEqual([]);
});

it('takes nothing while the lock cannot say', async () => {
  const model = createHost('h', createStore(1));
  const { ports } = world(model);
  ports.lock.standing = async () => {
    throw new InterlockError('unreachable', { url: 'e', problem: 'refused' });
  };
  await lose();
  const memory = await later(ports);
  expect([memory.phase.at, memory.problem?.code]).toEqual(['written', 'unreachable']);
  expect(model.store.value.holders).toEqual([]);
  expect(memory.lost?.state).toBeDefined();
});

it('forgets what was lost when an operator saw it, but not while a place stands', async () => {
  const model = createHost('h', createStore(1));
  const { ports } = world(model);
  await later(ports);
  await lose();
  await later(ports);
  await later(ports);
  const noted = () => runAgent(ports, store, options({ orders: [{ kind: 'noted' }] }));
  await expect(noted()).rejects.toMatchObject({ code: 'lock_stranded' });
  model.store.value = forceRelease(model.store.value, 'h');
  await later(ports);
  expect((await noted()).lost).toBeUndefined();
  expect(JSON.parse(await readFile(join(folder, 'state.json'), 'utf8')).lost).toBeUndefined();
});
