import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { curveOf } from '../../../update-server/domain/rollout/progress.ts';
import { begin, hoursLater, rollout } from '../domain/rollout/make-rollout.ts';
import { enrolHost, seeHost } from '../support/enrol.ts';
import { makeApp, type TestApp } from '../support/make-app.ts';

describe('the curve', () => {
  const step = (hours: number, granted: number, confirmed: number, failed: number) => ({
    at: hoursLater(hours).toISOString(),
    ...{ granted, confirmed, failed },
  });

  it('sums up what happened, with the failure rate the limit is compared with', () => {
    const limits = { failure_rate: { percent: 20, sample: 4 }, max_failures: 7 };
    const { actual, limit } = curveOf(
      rollout({ text: limits }),
      [step(1, 4, 0, 0), step(2, 0, 3, 1)],
      hoursLater(3),
    );
    expect(limit).toEqual({ failures: 7, percent: 20, sample: 4 });
    expect(actual).toEqual([
      { ...step(1, 4, 0, 0), failureRate: null },
      { ...step(2, 4, 3, 1), failureRate: 25 },
    ]);
  });

  it('counts failures anew after a resume', () => {
    const resumed = rollout({
      resumed: hoursLater(2.5).toISOString(),
      baseline: { confirmed: 3, failed: 1, canaryFailed: 0, silent: 0 },
    });
    const { actual } = curveOf(resumed, [step(2, 4, 3, 1), step(3, 1, 1, 0)], hoursLater(4));
    expect(actual.map(({ failureRate }) => failureRate)).toEqual([25, 0]);
  });

  it('has at most two hundred points, and the last is what is', () => {
    const steps = Array.from({ length: 1001 }, (_, minute) => step(minute / 60, 1, 1, 0));
    const { actual } = curveOf(rollout(), steps, hoursLater(24));
    expect(actual.length).toBeLessThanOrEqual(200);
    expect(actual.at(-1)).toMatchObject({ granted: 1001, confirmed: 1001 });
  });
});

describe('the hosts that wait', () => {
  let desk: TestApp;
  beforeEach(async () => {
    desk = await makeApp();
  });
  afterEach(() => desk.close());

  const next = (id: string, version: string) => ({
    ...{ id, name: 'core', channel: 'stable', arch: 'x86-64' as const, version },
    ...{ release: 'b'.repeat(64), created: begin.toISOString(), starts: begin.toISOString() },
    policy: { name: 'test', text: { ramp: [{ start_after: '2 days', percent: 100 }] } },
  });
  const started = (at: string) => ({
    ...{ at, who: 'test', action: 'start rollout', detail: '' },
    subject: { kind: 'channel' as const, id: 'core/stable' },
  });

  it('are those of its channel, by reason, each with why in words', async () => {
    const { store, clock } = desk;
    clock.now = hoursLater(1);
    const at = clock.now.toISOString();
    await store.startRollouts([next('rollout-1', '2.0')], started(at));
    for (const [id, decision, channel] of [
      ['host-0001', 'not_yet', 'stable'],
      ['host-0002', 'not_yet', 'stable'],
      ['host-0003', 'paused', 'stable'],
      ['host-0004', 'up_to_date', 'stable'],
      ['host-0005', 'not_yet', 'beta'],
    ] as const) {
      await enrolHost(store, id, at);
      await seeHost(store, id, at, decision, { channel });
    }
    const { body } = await desk.get('/v1/rollouts/rollout-1/waiting');
    expect(body.reasons).toEqual([
      { reason: 'not_yet', hosts: 2 },
      { reason: 'paused', hosts: 1 },
    ]);
    expect(body.hosts.map(({ id }: { id: string }) => id)).toEqual(['host-0001', 'host-0002', 'host-0003']);
    expect(body.hosts[0].why).toContain('the ramp reaches it at 2026-03-03');
    const page = (await desk.get('/v1/rollouts/rollout-1/waiting?reason=not_yet&limit=1')).body;
    expect([page.hosts.length, page.next]).toEqual([1, 'host-0001']);
    const rest = (await desk.get(`/v1/rollouts/rollout-1/waiting?reason=not_yet&limit=2&after=${page.next}`))
      .body;
    expect(rest).toMatchObject({ hosts: [{ id: 'host-0002' }], next: null });
    expect((await desk.get('/v1/rollouts/rollout-none/waiting')).status).toBe(404);
    expect((await desk.get('/v1/rollouts/rollout-none/curve')).status).toBe(404);
  });

  it('wait for the rollout that took its place, once there is one', async () => {
    const { store, clock } = desk;
    clock.now = hoursLater(1);
    const at = clock.now.toISOString();
    await store.startRollouts([next('rollout-1', '2.0')], started(at));
    await enrolHost(store, 'host-0001', at);
    await seeHost(store, 'host-0001', at, 'not_yet', { channel: 'stable' });
    await store.startRollouts([next('rollout-2', '2.1')], started(at));
    const waitingIn = async (id: string) => (await desk.get(`/v1/rollouts/${id}/waiting`)).body.hosts.length;
    expect([await waitingIn('rollout-1'), await waitingIn('rollout-2')]).toEqual([0, 1]);
  });

  it('the curve is made of the grants that count', async () => {
    const { store, clock } = desk;
    const at = (minutes: number) => new Date(clock.now.getTime() + minutes * 60_000).toISOString();
    for (const n of [1, 2, 3, 4]) {
      await enrolHost(store, `host-000${n}`, at(0), { approved: n < 4 });
      await seeHost(store, `host-000${n}`, at(0), 'up_to_date');
    }
    await store.startRollouts(
      [
        {
          ...{ id: 'rollout-1', name: 'core', channel: 'stable', arch: 'x86-64', version: '2.0' },
          ...{ release: 'b'.repeat(64), created: at(0), starts: at(0) },
          policy: { name: 'test', text: {} },
        },
      ],
      {
        at: at(0),
        who: 'test',
        action: 'start rollout',
        subject: { kind: 'channel', id: 'core/stable' },
        detail: '',
      },
    );
    for (const n of [1, 2, 3, 4]) {
      const id = `host-000${n}`;
      const grant = { id: `grant-${n}`, version: '2.0', release: 'b'.repeat(64), expires: at(999) };
      await store.takeGrant(id, { ...grant, rollout: 'rollout-1', canary: false, limit: 9 }, at(n));
      const report = { id: `report-${n}`, grant: grant.id, kind: n === 2 ? 'failed' : 'confirmed' } as const;
      const said = { from: '1.0', version: '2.0', bootId: 'boot-two', at: at(10), detail: '' };
      await store.report(id, [{ ...report, ...said }], at(10));
    }
    const { body } = await desk.get('/v1/rollouts/rollout-1/curve');
    expect(body.actual).toEqual([
      { at: at(1), granted: 1, confirmed: 0, failed: 0, failureRate: null },
      { at: at(2), granted: 2, confirmed: 0, failed: 0, failureRate: null },
      { at: at(3), granted: 3, confirmed: 0, failed: 0, failureRate: null },
      { at: at(10), granted: 3, confirmed: 2, failed: 1, failureRate: 100 / 3 },
    ]);
  });
});
