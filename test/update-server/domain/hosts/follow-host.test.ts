import { describe, expect, it } from 'vitest';
import type { Channel } from '../../../../protocol/documents/channel.ts';
import {
  followOrder,
  followReport,
  type HostRow,
} from '../../../../update-server/domain/hosts/follow-host.ts';
import { begin, rollout } from '../rollout/make-rollout.ts';

const channel: Channel = {
  ...{ format: 1, name: 'tiny', channel: 'alpha', serial: 1 },
  head: { version: '2.0', releases: { 'x86-64': 'r'.repeat(64) } },
  ...{ floors: [], minimum: null, blocked: [], withdrawn: [] },
};
const place = { channel, rollout: rollout(), now: begin };
const locked: HostRow = {
  ...{ id: 'host-0001', arch: 'x86-64', group: 'web', version: '1.0', at: 'locked' },
  ...{ decision: 'offered', offered: '2.0', failed: [], cancelled: [], held: false, pinned: null },
  ...{ cloned: false, boots: ['boot-0', 'boot-1'], granted: true },
};
const report = (kind: string, bootId = 'boot-2') => ({ kind, from: '1.0', version: '2.0', bootId });

describe('a report', () => {
  it('that a version is confirmed makes the host run it, idle and up to date, at once', () => {
    expect(followReport(locked, report('confirmed'), place)).toMatchObject({
      ...{ version: '2.0', at: 'idle', decision: 'up_to_date', offered: null },
    });
  });

  it('of a step says where its agent is', () => {
    expect(followReport(locked, report('rebooting', 'boot-1'), place)).toEqual({
      ...locked,
      at: 'rebooting',
    });
  });

  it.each([
    ['fell_back', { version: '1.0', failed: ['2.0'], decision: 'failed_here' }],
    ['failed', { version: '1.0', failed: ['2.0'], decision: 'failed_here' }],
    ['cancelled', { version: '1.0', cancelled: ['2.0'], decision: 'cancelled_here' }],
  ])('that it %s says so and what follows', (kind, row) => {
    expect(followReport(locked, report(kind), place)).toMatchObject({ ...row, at: 'idle', offered: null });
  });

  it('from a boot that the host has left changes nothing', () => {
    const back = { ...locked, version: '2.0', at: 'idle' };
    expect(followReport(back, report('rebooting', 'boot-0'), place)).toBe(back);
  });

  it('of a kind that this server does not know changes nothing', () => {
    expect(followReport(locked, report('danced'), place)).toBe(locked);
  });

  it('of a floor does not say that the host is where it goes', () => {
    const far = { ...place, channel: { ...channel, head: { ...channel.head, version: '3.0' } } };
    expect(followReport(locked, report('confirmed'), far)).toMatchObject({
      version: '2.0',
      decision: 'next_check_in',
    });
  });
});

describe('an order', () => {
  const waiting: HostRow = { ...locked, at: 'idle', decision: 'not_yet', offered: null, granted: false };

  it('to hold a host is its answer at once, and that it may go on too', () => {
    const held = followOrder({ ...waiting, held: true }, place);
    expect(held.decision).toBe('held');
    expect(followOrder({ ...held, held: false }, place).decision).toBe('next_check_in');
  });

  it('leaves a host with a grant, and one that never checked in', () => {
    expect(followOrder(locked, place)).toBe(locked);
    const fresh = { ...waiting, decision: null, version: null };
    expect(followOrder(fresh, place)).toBe(fresh);
  });
});
