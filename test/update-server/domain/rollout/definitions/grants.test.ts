import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Report } from '../../../../../protocol/api/check-in.ts';
import type { PolicyText } from '../../../../../protocol/documents/policy.ts';
import type { Store } from '../../../../../update-server/store/interface/store.ts';
import { openSqliteStore } from '../../../../../update-server/store/sqlite/store.ts';
import { enrolHost, seeHost } from '../../../support/enrol.ts';
import { scratch } from '../../../support/start-server.ts';
import { begin, hoursLater, timekeeper } from '../make-rollout.ts';

const audit = {
  at: begin.toISOString(),
  who: 'test',
  action: 'act',
  subject: { kind: 'image', id: '' } as const,
  detail: '',
};
const release = 'd'.repeat(64);
let store: Store;
let remove: () => void;
let reports = 0;
let tick: ReturnType<typeof timekeeper>;

beforeEach(async () => {
  tick = timekeeper();
  let dir: string;
  ({ dir, remove } = scratch());
  store = openSqliteStore(dir);
  for (const id of ['host-0001', 'host-0002']) {
    await enrolHost(store, id, begin.toISOString());
    await seeHost(store, id, begin.toISOString(), 'up_to_date');
  }
});
afterEach(async () => {
  await store.close();
  remove();
});

async function start(id: string, text: PolicyText = {}): Promise<void> {
  const at = begin.toISOString();
  const policy = { name: 'test', text };
  const of = { name: 'core', channel: 'stable', arch: 'x86-64' as const, version: '2.0', release };
  await store.startRollouts([{ id, ...of, policy, created: at, starts: at }], audit);
}

function ask(host: string, rollout: string, now = begin) {
  const expires = new Date(now.getTime() + 24 * 3_600_000).toISOString();
  const grant = { id: `grant-${host}-${now.getTime()}`, version: '2.0', release, expires, rollout };
  return store.takeGrant(host, { ...grant, canary: false, limit: 10 }, now.toISOString());
}

async function tell(host: string, kind: Report['kind'], now = begin): Promise<void> {
  const { grants } = (await store.host(host))!;
  const report = { id: `report-${reports++}`, grant: grants[0]!.id, kind, from: '1.0', version: '2.0' };
  const at = now.toISOString();
  await store.report(host, [{ ...report, bootId: 'boot-one', at, detail: '' }], at);
}

const countsOf = async (id: string) => (await store.rollout(id))!.counts;

describe('one active rollout per name, channel and architecture', () => {
  it('a new one supersedes it in one transaction', async () => {
    await start('rollout-1');
    await start('rollout-2');
    const all = await store.rollouts('core', 'stable', 10);
    expect(all.map(({ id, state }) => [id, state])).toEqual([
      ['rollout-2', 'running'],
      ['rollout-1', 'superseded'],
    ]);
    expect(await ask('host-0001', 'rollout-1')).toEqual({ none: 'no_rollout' });
    // an id that is taken: the second half fails, and the first is undone with it
    await expect(start('rollout-2')).rejects.toThrow();
    expect((await store.currentRollout('core', 'stable', 'x86-64'))?.id).toBe('rollout-2');
    expect((await store.rollout('rollout-2'))?.state).toBe('running');
  });
});

describe('finished = confirmed + failed', () => {
  it.each(['failed', 'fell_back'] as const)('failed = reported %s', async (kind) => {
    await start('rollout-1');
    await ask('host-0001', 'rollout-1');
    expect(await countsOf('rollout-1')).toMatchObject({ inFlight: 1, failed: 0 });
    await tell('host-0001', kind);
    expect(await countsOf('rollout-1')).toMatchObject({ inFlight: 0, confirmed: 0, failed: 1 });
  });

  it('failed = silent for T after reporting rebooting, and not before', async () => {
    await start('rollout-1', { silent_after: '3 hours' });
    await ask('host-0001', 'rollout-1');
    await tick(store, hoursLater(1));
    await tell('host-0001', 'rebooting', hoursLater(1));
    await tick(store, hoursLater(3.9));
    expect(await countsOf('rollout-1')).toMatchObject({ inFlight: 1, failed: 0 });
    await tick(store, hoursLater(4.1));
    expect(await countsOf('rollout-1')).toMatchObject({ inFlight: 0, failed: 1 });
  });

  it('silence before the flip lapses the grant after 24 hours and is no failure', async () => {
    await start('rollout-1', { silent_after: '1 hour' });
    await ask('host-0001', 'rollout-1');
    await tell('host-0001', 'written', hoursLater(1));
    await tick(store, hoursLater(23.9));
    expect(await countsOf('rollout-1')).toMatchObject({ inFlight: 1 });
    await tick(store, hoursLater(24.1));
    expect(await countsOf('rollout-1')).toMatchObject({ inFlight: 0, confirmed: 0, failed: 0 });
    expect((await store.host('host-0001'))?.grants[0]?.outcome).toBe('lapsed');
  });
});

describe('a grant', () => {
  it('is renewed by asking again, and asked for in vain while its rollout is paused or halted', async () => {
    await start('rollout-1');
    const first = await ask('host-0001', 'rollout-1');
    const again = await ask('host-0001', 'rollout-1', hoursLater(20));
    expect(again).toMatchObject({ grant: { expires: hoursLater(44).toISOString() } });
    expect('grant' in first && 'grant' in again && first.grant.id === again.grant.id).toBe(true);
    for (const state of ['paused', 'halted'] as const) {
      await store.changeRollout('rollout-1', (rollout) => ({ ...rollout, state }), audit);
      expect(await ask('host-0001', 'rollout-1', hoursLater(21))).toEqual({ none: state });
    }
  });

  it('flipped hosts finish: what they report while the rollout stands is counted', async () => {
    await start('rollout-1');
    await ask('host-0001', 'rollout-1');
    await tell('host-0001', 'rebooting');
    await store.changeRollout('rollout-1', (rollout) => ({ ...rollout, state: 'halted' }), audit);
    await tell('host-0001', 'confirmed', hoursLater(1));
    expect(await countsOf('rollout-1')).toMatchObject({ inFlight: 0, confirmed: 1 });
  });
});

describe('shares', () => {
  it('use the hosts seen in 14 days', async () => {
    const day = (n: number) => hoursLater(24 * n);
    await tick(store, day(10));
    await seeHost(store, 'host-0001', day(10).toISOString(), 'up_to_date');
    await start('rollout-1');
    const active = async () => (await store.rollout('rollout-1'))!.active;
    expect(await active()).toBe(2);
    await tick(store, day(13.9));
    expect(await active()).toBe(2);
    await tick(store, day(14.1));
    expect(await active()).toBe(1);
    await tick(store, day(24.1));
    expect(await active()).toBe(0);
  });
});
