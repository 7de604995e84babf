import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { detail } from '../../../../update-server/domain/rollout/summary.ts';
import { type SmallFleet, type SmallHost, smallFleet } from './small-fleet.ts';

let fleet: SmallFleet;
beforeEach(() => {
  fleet = smallFleet();
});
afterEach(() => fleet.end());

const make = async (count: number): Promise<SmallHost[]> => {
  const hosts: SmallHost[] = [];
  for (let n = 0; n < count; n++) hosts.push(await fleet.host(`host-000${n}`));
  return hosts;
};
const shown = async () => detail(await fleet.current(), await fleet.named(), fleet.now);

async function fail(host: SmallHost): Promise<void> {
  expect(await host.ask()).toBe('2.0');
  await host.report('failed', 'check web: no answer');
  host.said.failed.push('2.0');
  await host.ask();
}

async function confirm(host: SmallHost): Promise<void> {
  expect(await host.ask()).toBe('2.0');
  await host.reboot('2.0');
  await host.report('confirmed');
  await host.ask();
}

describe('a release that is good on nobody', () => {
  it.each([1, 2, 3, 5])('stops by itself in a fleet of %d, whatever the limits say', async (size) => {
    const hosts = await make(size);
    await fleet.publish('2.0', { max_failures: 100, failure_rate: { percent: 100, sample: 1000 } });
    for (const host of hosts) await fail(host);
    await fleet.pass(1);
    expect((await fleet.current()).state).toBe('halted');
    expect((await shown()).named.failed).toHaveLength(size);
    expect((await shown()).named.failed[0]).toMatchObject({ what: 'failed', detail: 'check web: no answer' });
  });

  it('stops when the rest cannot come, too', async () => {
    const [one, held, off] = await make(3);
    await fleet.store.hold(held!.id, true, fleet.audit('hold'));
    await fleet.publish('2.0', { max_failures: 100, failure_rate: { percent: 100, sample: 1000 } });
    await fleet.pass(200);
    await fail(one!);
    await fleet.pass(1);
    expect(await fleet.current()).toMatchObject({
      state: 'halted',
      reason: '1 host failed and none is good',
    });
    expect((await shown()).tally.unable).toContainEqual({ reason: 'silent', hosts: 1 });
    expect(off!.id).toBeDefined();
  });

  it('by one of two hosts stops it at the end by its rate', async () => {
    const [one, two] = await make(2);
    await fleet.publish('2.0', {});
    await fail(one!);
    expect((await fleet.current()).state).toBe('running');
    await confirm(two!);
    await fleet.pass(1);
    expect(await fleet.current()).toMatchObject({
      state: 'halted',
      reason: expect.stringContaining('1 of 2'),
    });
  });
});

describe('a rollout that is over', () => {
  it('is completed once hosts run the release and nobody else can come; late hosts are let in', async () => {
    const [one, two, held] = await make(3);
    await fleet.publish('2.0', {});
    await fleet.store.hold(held!.id, true, fleet.audit('hold'));
    await confirm(one!);
    await fleet.pass(1);
    expect((await fleet.current()).state).toBe('running');
    expect(await shown()).toMatchObject({ over: false, tally: { on: 1, coming: 1 } });
    await confirm(two!);
    await fleet.pass(1);
    expect(await shown()).toMatchObject({
      ...{
        state: 'completed',
        over: true,
        tally: { on: 2, coming: 0, unable: [{ reason: 'held', hosts: 1 }] },
      },
      named: { unable: [{ id: held!.id, what: 'held' }] },
    });
    const late = await fleet.host('late-0001');
    await confirm(late);
    expect(await shown()).toMatchObject({ state: 'completed', tally: { on: 3 } });
  });

  it('counts a host that gave the release up neither as failed nor as good', async () => {
    const [one, two] = await make(2);
    await fleet.publish('2.0', {});
    await confirm(one!);
    expect(await two!.ask()).toBe('2.0');
    await two!.report('cancelled');
    two!.said.cancelled = ['2.0'];
    expect(await two!.ask()).toBe('cancelled_here');
    await fleet.pass(1);
    expect(await shown()).toMatchObject({
      ...{ state: 'completed', confirmed: 1, failed: 0 },
      tally: { unable: [{ reason: 'cancelled_here', hosts: 1 }] },
    });
  });

  it('is not over while hosts still run what was rolled back', async () => {
    const [one] = await make(1);
    await fleet.publish('2.0', {});
    await confirm(one!);
    await fleet.publish('1.0', {});
    await fleet.pass(1);
    expect(await shown()).toMatchObject({ version: '1.0', over: true, tally: { on: 0 } });
    expect((await fleet.current()).state).toBe('running');
  });
});

describe('a canary that does not pass', () => {
  const canary = { group: 'web', soak: '1 minute', timeout: '20 minutes' };

  it('names who is missing, when each was seen, and who was enrolled anew', async () => {
    const [one, two] = await make(2);
    await fleet.pass(1);
    await fleet.publish('2.0', { canary });
    await confirm(one!);
    await fleet.pass(21);
    const { state, reason } = await fleet.current();
    expect([state, reason]).toEqual(['halted', expect.stringContaining(two!.id.slice(0, 8))]);
    expect(reason).toContain('last seen 2026-03-01T12:00');
    expect((await shown()).named.canary).toMatchObject([{ id: two!.id, what: 'not confirmed' }]);
  });

  it('does not wait for hosts that are held or pinned elsewhere', async () => {
    const [one, held, pinned] = await make(3);
    await fleet.store.hold(held!.id, true, fleet.audit('hold'));
    await fleet.store.pin(pinned!.id, '1.0', fleet.audit('pin'));
    await fleet.publish('2.0', { canary });
    await confirm(one!);
    await fleet.pass(2);
    expect((await fleet.current()).canaryPassed).not.toBeNull();
  });
});
