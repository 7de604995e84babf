import { describe, expect, it } from 'vitest';
import type { Client } from '../../cli/client/client.ts';
import { readDuration } from '../../cli/flags/duration.ts';
import { describeEnd, describeRollout } from '../../cli/format/rollout-text.ts';
import { watchRollout } from '../../cli/rollout-watch.ts';
import type { NamedHost, RolloutDetail } from '../../protocol/api/rollout.ts';

const id = '1b4e28ba-2fa1-41d2-883f-0016d3cca427';
const at = '2026-03-01T00:00:00Z';
const host = (hostname: string, what: string): NamedHost => ({
  ...{ id: '2fa10000-0000-0000-0000-000000000000', hostname, what, version: '1' },
  ...{ since: at, lastSeen: at, detail: '' },
});
const detail = (parts: Partial<RolloutDetail>): RolloutDetail => ({
  ...{ id, name: 'core', channel: 'stable', arch: 'x86-64', version: '2', release: 'a'.repeat(64) },
  ...{ policy: 'now', state: 'running', reason: '', created: at, starts: at, percent: 100, canary: null },
  ...{ inFlight: 0, inFlightLimit: 10, confirmed: 0, failed: 0, active: 3, policyText: {}, resumed: at },
  ...{ baseline: { confirmed: 0, failed: 0 }, waiting: [], curve: [], planned: [], over: false },
  tally: { on: 0, coming: 3, unable: [] },
  named: { failed: [], underWay: [], canary: [], unable: [] },
  ...parts,
});
const held = {
  tally: { on: 2, coming: 0, unable: [{ reason: 'held' as const, hosts: 1 }] },
  named: { failed: [], underWay: [], canary: [], unable: [host('web-3', 'held')] },
};

/** A server whose one rollout is as given, the last for ever. */
function server(...shown: RolloutDetail[]): Client {
  const get = async (path: string) => {
    if (path.startsWith('v1/rollouts?')) return { rollouts: [{ ...shown[0], state: 'running' }] };
    return shown.length > 1 ? shown.shift() : shown[0];
  };
  return { get } as unknown as Client;
}
const watch = (client: Client, timeoutMs?: number) => watchRollout(client, 'core', 'stable', timeoutMs);

describe('watching ends', () => {
  it('once the rollout is completed, naming who cannot come', async () => {
    const { rollout, interrupted } = await watch(server(detail({ state: 'completed', over: true, ...held })));
    expect(interrupted).toBe(false);
    expect(describeEnd(rollout)).toBe(
      'core 2 is complete on stable: 2 hosts run it, 0 failed; 1 cannot come: web-3 (held)',
    );
  });

  it.each([
    ['halted', 'resume 1b4e28ba'],
    ['aborted', 'interlock rollout start core'],
    ['superseded', 'interlock rollout watch core'],
  ] as const)('with 75 when it is %s, advising only what helps then', async (state, advice) => {
    const error = await watch(server(detail({ state, reason: '2 hosts failed' }))).catch((cause) => cause);
    expect([error.code, error.row.exit]).toEqual(['rollout_stopped', 75]);
    expect(error.remedy).toContain(advice);
    expect(error.remedy).toContain('interlock rollout show 1b4e28ba');
  });

  it.each([
    ['held', 'web-1 (held)'],
    ['silent', 'web-1 (silent)'],
    ['failed_here', 'web-1 (failed_here)'],
  ] as const)('with 75 when nobody runs it and the only host is %s', async (reason, named) => {
    const none = detail({
      over: true,
      tally: { on: 0, coming: 0, unable: [{ reason, hosts: 1 }] },
      named: { failed: [], underWay: [], canary: [], unable: [host('web-1', reason)] },
    });
    const error = await watch(server(none)).catch((cause) => cause);
    expect([error.code, error.row.exit]).toEqual(['rollout_unreached', 75]);
    expect(error.message).toContain(named);
  });

  it('with 75 when the channel has no host', async () => {
    const none = detail({ over: true, tally: { on: 0, coming: 0, unable: [] } });
    await expect(watch(server(none))).rejects.toThrow('no host of the channel has checked in');
  });

  it('with 75 after its time, saying what is missing', async () => {
    const error = await watch(server(detail({ inFlight: 1 })), 10).catch((cause) => cause);
    expect([error.code, error.row.exit]).toEqual(['rollout_timeout', 75]);
    expect(error.message).toContain('0 run it, 1 under way, 3 to come, 0 failed');
  });

  it('not while hosts still run what was rolled back, and not before the server called it completed', async () => {
    const back = detail({ version: '1', over: false, tally: { on: 1, coming: 2, unable: [] } });
    await expect(watch(server(back), 10)).rejects.toThrow('not complete');
    const soon = detail({ over: true, tally: { on: 3, coming: 0, unable: [] } });
    await expect(watch(server(soon), 10)).rejects.toThrow('not complete');
  });
});

describe('a release for two architectures is watched on both', () => {
  const through = detail({ state: 'completed', over: true, tally: { on: 3, coming: 0, unable: [] } });
  const arm = (parts: Partial<RolloutDetail>) =>
    detail({ id: '2c4e28ba-2fa1-41d2-883f-0016d3cca427', arch: 'arm64', ...parts });
  const both = (...shown: RolloutDetail[]) => {
    const get = async (path: string) =>
      path.startsWith('v1/rollouts?') ? { rollouts: shown } : shown.find((each) => path.endsWith(each.id));
    return { get } as unknown as Client;
  };

  it.each(['halted', 'aborted'] as const)('and fails when one of them is %s', async (state) => {
    const failing = arm({ state, failed: 3 });
    for (const client of [both(through, failing), both(failing, through), both(detail({}), failing)]) {
      await expect(watch(client)).rejects.toMatchObject({
        code: 'rollout_stopped',
        remedy: expect.stringContaining('2c4e28ba'),
      });
    }
  });

  it('and goes on while one of them is not through', async () => {
    await expect(watch(both(through, arm({ inFlight: 1 })), 10)).rejects.toThrow('1 under way');
  });

  it('and ends with what both did; one without hosts, and what was before, count for nothing', async () => {
    const { rollout, others } = await watch(
      both(through, arm({ ...through, arch: 'arm64', id: arm({}).id })),
    );
    expect([rollout.arch, ...others.map(({ arch }) => arch)]).toEqual(['x86-64', 'arm64']);
    const none = arm({ active: 0, over: true, tally: { on: 0, coming: 0, unable: [] } });
    const former = detail({ id: '3d4e28ba-2fa1-41d2-883f-0016d3cca427', state: 'aborted' });
    expect((await watch(both(through, none, former))).others).toEqual([]);
  });
});

it('a rollout is shown with who is behind its figures', () => {
  const named = { ...held.named, failed: [host('web-9', 'silent')] };
  const text = describeRollout(detail({ ...held, named }));
  expect(text).toContain('2 run 2, 0 to come, 1 cannot come');
  expect(text).toMatch(/failed\n.*\n.*web-9 +silent/);
  expect(text).toMatch(/cannot come\n.*\n.*web-3 +held/);
  expect(text).toContain(`${named.failed[0]!.id}  web-9`);
});

describe('a duration', () => {
  it.each([
    ['90s', 90_000],
    ['10m', 600_000],
    ['2 hours', 7_200_000],
    ['1d', 86_400_000],
  ])('%s is %d ms', (text, ms) => expect(readDuration(text, '--timeout')).toBe(ms));

  it.each(['0s', '10', '-1m', '1e3s', '999999d', 'soon', ''])('is refused: %o', (text) => {
    expect(() => readDuration(text, '--timeout')).toThrow('--timeout');
  });
});
