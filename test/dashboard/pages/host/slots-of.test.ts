import { describe, expect, it } from 'vitest';
import { journeyOf } from '../../../../dashboard/pages/host/journey-of.ts';
import { slotsOf } from '../../../../dashboard/pages/host/slots-of.ts';
import type { HostDetail } from '../../../../protocol/api/operator.ts';

const now = '2026-01-02T00:00:00.000Z';
const host: HostDetail = {
  ...{ id: 'host-0001', hostname: 'web-1', name: 'core', arch: 'x86-64', channel: 'stable', group: 'web' },
  ...{ version: '1', at: 'idle', lastSeen: now, held: false, pinned: null, approved: true, cloned: false },
  ...{ decision: 'up_to_date', offered: null, machineId: '', enrolled: now, bootId: null, rootHash: null },
  ...{ failed: [], cancelled: [], trouble: null, why: '', grants: [], reports: [] },
};
const report = (kind: HostDetail['reports'][number]['kind'], from: string, version: string) => ({
  ...{ id: 'report-1', kind, from, version, at: now, received: now, detail: 'it did not answer' },
});

describe('slotsOf', () => {
  it('keeps the version before in the other slot after an update', () => {
    const { running, other } = slotsOf({ ...host, version: '2', reports: [report('confirmed', '1', '2')] });
    expect(running).toMatchObject({ version: '2', tone: 'go' });
    expect(other).toMatchObject({ version: '1', says: 'previous version; can be booted again' });
  });

  it('shows what failed there', () => {
    const { running, other } = slotsOf({ ...host, reports: [report('fell_back', '1', '2')] });
    expect(running.version).toBe('1');
    expect(other).toMatchObject({ version: '2', tone: 'stop', says: 'failed here: it did not answer' });
  });

  it('shows what is on its way', () => {
    const { other } = slotsOf({ ...host, at: 'written', decision: 'offered', offered: '2' });
    expect(other).toMatchObject({ version: '2', tone: 'moving' });
    expect(journeyOf('written')?.map(({ is }) => is)).toEqual(['passed', 'here', 'ahead', 'ahead', 'ahead']);
    expect(journeyOf('idle')).toBeUndefined();
  });
});
