import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openingAfter } from '../../../agent/cli/own-windows.ts';
import type { Opening } from '../../../agent/ports/calendar.ts';
import { runAgent } from '../../../agent/run/run.ts';
import { openStore } from '../../../agent/state/store.ts';
import { isOpen, nextOpening } from '../../../system/time/window.ts';
import { createHost } from '../../support/lock-world/host.ts';
import { options, portsOf } from '../../support/lock-world/ports.ts';
import { createStore } from '../../support/lock-world/store.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlock-windows-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const nights = [{ from: '01:00', to: '04:00', zone: 'Europe/Berlin' }];

/** A host with a clock of its own and windows in Berlin's nights. */
function hostAt(start: string, windows = nights) {
  const model = createHost('h', createStore(1));
  const ports = portsOf(model);
  let now = new Date(start);
  ports.clock.now = () => now;
  ports.calendar = {
    opening: async (time): Promise<Opening> =>
      isOpen(windows, time)
        ? { isOpen: true }
        : { isOpen: false, next: nextOpening(windows, time).toISOString(), reason: 'closed' },
  };
  return {
    model,
    ports,
    set: (time: string) => {
      now = new Date(time);
    },
    run: (orders: Parameters<typeof options>[0] = {}) => runAgent(ports, openStore(folder), options(orders)),
  };
}

it('writes an update by day and reboots in the window, over the hour that autumn repeats', async () => {
  const host = hostAt('2026-10-24T12:00:00Z');
  const day = await host.run();
  expect(day).toMatchObject({
    phase: { at: 'written' },
    wait: { reason: 'closed', until: '2026-10-24T23:00:00.000Z' },
  });
  expect(host.model.store.value.holders).toEqual([]);
  // 04:00 in Berlin is 03:00 UTC after the change: the window is four hours long that night
  host.set('2026-10-25T02:59:00Z');
  expect((await host.run()).phase.at).toBe('rebooting');
  host.set('2026-10-25T12:00:00Z');
  expect((await host.run()).phase.at).toBe('idle');
  expect(host.model.running.version).toBe('v2');
  expect(host.model.store.value.holders).toEqual([]);
});

it('gives its place back when the window closes while the host is drained', async () => {
  const host = hostAt('2026-03-29T01:30:00Z');
  host.ports.scripts.hooks = async (when) => {
    // Berlin's 04:00 is 02:00 UTC from this night on
    if (when === 'pre-reboot') host.set('2026-03-29T02:00:00Z');
  };
  const memory = await host.run();
  expect(memory).toMatchObject({ phase: { at: 'idle' }, wait: { reason: 'closed' } });
  expect(memory.failed).toEqual({});
  expect(memory.barred).toBeUndefined();
  expect([host.model.boot, host.model.store.value.holders]).toEqual([1, []]);
  expect(memory.reports.map(({ kind }) => kind)).not.toContain('failed');
});

it('reboots at noon when its operator says now, and that once', async () => {
  const host = hostAt('2026-06-01T12:00:00Z');
  const orders = [{ kind: 'check' as const }, { kind: 'proceed' as const, anyTime: true }];
  expect((await host.run({ orders })).phase.at).toBe('rebooting');
  const memory = await host.run();
  expect(memory.phase.at).toBe('finished' === memory.phase.at ? 'finished' : 'idle');
  expect(memory.anyTime).toBeUndefined();
});

it('keeps what is staged until the next window, or until its operator goes on', async () => {
  const host = hostAt('2026-06-01T23:30:00Z');
  const until = await openingAfter(nights, new Date('2026-06-01T23:30:00Z'));
  expect(until).toBe('2026-06-02T23:00:00.000Z');
  const stage = [{ kind: 'check' as const }, { kind: 'stage' as const, until }];
  const staged = await host.run({ orders: stage });
  expect(staged).toMatchObject({ phase: { at: 'written' }, staged: { until }, wait: { reason: 'staged' } });
  // the window is open still, and so it is after each pause
  for (const time of ['2026-06-02T00:30:00Z', '2026-06-02T13:00:00Z']) {
    host.set(time);
    expect(await host.run()).toMatchObject({ phase: { at: 'written' }, wait: { reason: 'staged' } });
  }
  host.set('2026-06-02T23:00:30Z');
  const going = await host.run();
  expect(going.phase.at).toBe('rebooting');
  expect(going.staged).toBeUndefined();
});

it('stages for ever without windows, survives a boot, and goes on by the next order', async () => {
  const host = hostAt('2026-06-01T12:00:00Z', []);
  const stage = [{ kind: 'check' as const }, { kind: 'stage' as const, until: null }];
  expect((await host.run({ orders: stage })).phase.at).toBe('written');
  await host.ports.host.reboot();
  host.set('2026-06-09T12:00:00Z');
  expect(await host.run()).toMatchObject({ phase: { at: 'written' }, wait: { reason: 'staged' } });
  expect(host.model.running.version).toBe('v1');
  const orders = [{ kind: 'check' as const }, { kind: 'proceed' as const, anyTime: false }];
  expect((await host.run({ orders })).phase.at).toBe('rebooting');
});

it('stages nothing for later when there is nothing to write now', async () => {
  const host = hostAt('2026-06-01T12:00:00Z', []);
  host.ports.server!.checkIn = async () => ({ decision: { none: 'held' }, pollSeconds: 60 });
  const orders = [{ kind: 'check' as const }, { kind: 'stage' as const, until: null }];
  expect((await host.run({ orders })).staged).toBeUndefined();
});

it('does not go down while the hour is not known, and says so', async () => {
  const host = hostAt('2026-06-01T12:00:00Z');
  host.ports.calendar = {
    opening: async () => ({ isOpen: false, next: null, reason: 'not synchronized', code: 'clock_unsure' }),
  };
  expect(await host.run()).toMatchObject({
    phase: { at: 'written' },
    problem: { code: 'clock_unsure', problem: 'not synchronized' },
  });
  expect(host.model.store.value.holders).toEqual([]);
});
