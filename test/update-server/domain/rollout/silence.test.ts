import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { coverage } from '../../../../update-server/jobs/keep-time.ts';
import { rootOf, type SmallFleet, type SmallHost, smallFleet } from './small-fleet.ts';

let fleet: SmallFleet;
let a: SmallHost;
let b: SmallHost;
beforeEach(async () => {
  fleet = smallFleet();
  a = await fleet.host('a-000001');
  b = await fleet.host('b-000002');
});
afterEach(() => fleet.end());

const counts = async () => (await fleet.current()).counts;
const outcome = async (host: SmallHost) => (await fleet.store.host(host.id))!.grants[0]?.outcome;
/** A rollout of 2.0 in which both hosts have leave. */
async function begin(policy = {}) {
  await fleet.publish('2.0', { silent_after: '30 minutes', ...policy });
  expect([await a.ask(), await b.ask()]).toEqual(['2.0', '2.0']);
}

describe('a grant ends by a check-in', () => {
  it('on the release’s root as confirmed, although the report was lost', async () => {
    await begin();
    await a.reboot('2.0');
    expect(await a.ask()).toBe('up_to_date');
    expect([await outcome(a), await counts()]).toMatchObject(['confirmed', { confirmed: 1, inFlight: 1 }]);
  });

  it('on the root it came from as fallen back', async () => {
    await begin({ max_failures: 9, failure_rate: { percent: 100, sample: 9 } });
    await a.reboot('1.0');
    a.said.failed.push('2.0');
    await a.ask();
    expect([await outcome(a), await counts()]).toMatchObject(['fell_back', { failed: 1, inFlight: 1 }]);
  });

  it.each([
    ['from the same boot', { bootId: 'boot-a-000001-0' }],
    ['while it is not idle', { at: 'trial' }],
    ['on another root', { rootHash: rootOf('7') }],
  ])('not %s', async (_, said) => {
    await begin();
    await a.reboot('2.0');
    Object.assign(a.said, said);
    await a.ask();
    expect([await outcome(a), await counts()]).toMatchObject([null, { inFlight: 2 }]);
    const { underWay } = (await fleet.named()).named;
    expect(underWay.map(({ id, what }) => [id, what])).toContainEqual([a.id, 'rebooting']);
  });

  it('not before it said that it reboots', async () => {
    await begin();
    Object.assign(a.said, { version: '2.0', rootHash: rootOf('2.0'), bootId: 'boot-other' });
    await a.ask();
    expect(await outcome(a)).toBeNull();
  });

  it('and a later report corrects it once', async () => {
    await begin({ max_failures: 9, failure_rate: { percent: 100, sample: 9 } });
    await a.reboot('2.0');
    await a.ask();
    await a.report('fell_back');
    expect([await outcome(a), await counts()]).toMatchObject(['fell_back', { failed: 1, confirmed: 0 }]);
    await a.report('confirmed');
    expect([await outcome(a), await counts()]).toMatchObject(['fell_back', { failed: 1, confirmed: 0 }]);
  });
});

describe('silence', () => {
  it('is not being heard of: a host that checks in is not silent, whatever it runs', async () => {
    await begin();
    await a.reboot('2.0', 'trial');
    for (let round = 0; round < 6; round++) {
      await fleet.pass(20);
      await a.ask();
    }
    expect(await outcome(a)).toBeNull();
    await fleet.pass(31);
    expect(await outcome(a)).toBe('silent');
    const { failed } = (await fleet.named()).named;
    expect(failed).toMatchObject([{ id: a.id, what: 'silent', since: expect.any(String) }]);
  });

  it('counts from the first seconds of a server on, too', async () => {
    await begin({ silent_after: '5 seconds' });
    await a.reboot('2.0');
    await fleet.pass(1);
    expect(await outcome(a)).toBe('silent');
  });

  it.each([1, 24, 24 * 365])('is not the time in which the server was away for %d hours', async (hours) => {
    await begin({ silent_after: '5 seconds' });
    await a.reboot('2.0');
    await fleet.away(hours);
    await fleet.pass(14);
    expect(await outcome(a)).toBeNull();
    await a.ask();
    expect(await outcome(a)).toBe('confirmed');
  });

  it.each([2, -2])('is not a clock that jumps by %d years, nor are leave, ramp and canary', async (years) => {
    const ramp = [
      { start_after: '0 days', percent: 0 },
      { start_after: '30 days', percent: 100 },
    ];
    await begin({ canary: { group: 'web', soak: '2 hours', timeout: '1 day' }, ramp });
    await a.reboot('2.0', 'trial');
    const there = new Date(fleet.now);
    fleet.now = new Date(fleet.now.getTime() + years * 365 * 86_400_000);
    await fleet.pass(20);
    expect([await outcome(a), await outcome(b)]).toEqual([null, null]);
    expect(await fleet.current()).toMatchObject({ state: 'running', canaryPassed: null, active: 2 });
    expect(await b.ask()).toBe('2.0');
    fleet.now = there;
    await fleet.pass(9);
    expect([await outcome(a), await outcome(b)]).toEqual([null, null]);
    for (const host of [a, b]) {
      if (host === b) await b.reboot('2.0');
      host.said.at = 'idle';
      await host.ask();
      await host.report('confirmed');
    }
    await fleet.pass(119);
    expect((await fleet.current()).canaryPassed).toBeNull();
    await fleet.pass(2);
    expect((await fleet.current()).canaryPassed).not.toBeNull();
  });

  it('is measured by a clock that nobody sets, and a stall counts for a minute at most', () => {
    const times = [500, 10_500, 20_500, 9_000_000, 9_000_000];
    const covered = coverage(() => times.shift()!);
    expect([0, 0, 0, 0, 0].map(() => covered())).toEqual([0, 10_000, 10_000, 60_000, 0]);
  });
});

describe('a halt that rested on silence alone', () => {
  async function fallSilent() {
    await begin({ max_failures: 1 });
    await a.reboot('2.0');
    await fleet.pass(31);
    expect(await fleet.current()).toMatchObject({ state: 'halted', counts: { failed: 1, silent: 1 } });
  }

  it('is lifted once every silent host has confirmed, and the log names them', async () => {
    await fallSilent();
    expect((await fleet.store.audit(Number.MAX_SAFE_INTEGER, 1))[0]?.detail).toContain(a.id);
    await fleet.pass(1);
    expect((await fleet.current()).state).toBe('halted');
    await a.ask();
    await fleet.pass(1);
    expect(await fleet.current()).toMatchObject({ state: 'running', counts: { failed: 0, confirmed: 1 } });
    const [line] = await fleet.store.audit(Number.MAX_SAFE_INTEGER, 1);
    expect(line).toMatchObject({ action: 'lift halt', detail: expect.stringContaining(a.id) });
    expect(await b.ask()).toBe('2.0');
  });

  it('stays when the host came back on what it ran before', async () => {
    await fallSilent();
    Object.assign(a.said, { version: '1.0', rootHash: rootOf('1.0') });
    await a.ask();
    await fleet.pass(1);
    expect((await fleet.current()).state).toBe('halted');
  });

  it('stays when an operator acted since', async () => {
    await fallSilent();
    await fleet.store.hold(a.id, false, fleet.audit('let go'));
    await a.ask();
    await fleet.pass(1);
    expect((await fleet.current()).state).toBe('halted');
  });

  it('stays when another limit is met since', async () => {
    await fallSilent();
    await b.report('fell_back');
    await a.ask();
    await fleet.pass(1);
    expect((await fleet.current()).state).toBe('halted');
  });

  it('stays when a failure was behind it, too', async () => {
    await begin({ max_failures: 2 });
    await b.report('failed');
    await a.reboot('2.0');
    await fleet.pass(31);
    expect((await fleet.current()).state).toBe('halted');
    await a.ask();
    await fleet.pass(1);
    expect((await fleet.current()).state).toBe('halted');
  });
});

describe('an operator who keeps a host from a version', () => {
  it.each([
    ['holds it', () => fleet.store.hold(a.id, true, fleet.audit('hold'))],
    ['pins it elsewhere', () => fleet.store.pin(a.id, '1.0', fleet.audit('pin'))],
  ])('takes its leave when he %s: the place is another’s at once', async (_, act) => {
    await fleet.publish('2.0', { in_flight: 1 });
    expect([await a.ask(), await b.ask()]).toEqual(['2.0', 'in_flight_limit']);
    await act();
    expect([await outcome(a), await counts()]).toMatchObject(['withdrawn', { inFlight: 0, failed: 0 }]);
    expect(await b.ask()).toBe('2.0');
  });

  it('leaves it to a host that had flipped to say how it went', async () => {
    await begin();
    await a.reboot('2.0');
    await fleet.store.hold(a.id, true, fleet.audit('hold'));
    expect(await outcome(a)).toBe('withdrawn');
    await a.ask();
    expect([await outcome(a), await counts()]).toMatchObject(['confirmed', { confirmed: 1, failed: 0 }]);
  });

  it('keeps the leave of a host that he pins to just that version', async () => {
    await begin();
    await fleet.store.pin(a.id, '2.0', fleet.audit('pin'));
    expect(await outcome(a)).toBeNull();
  });
});

it('whoever fell silent is found among the failed and among the silent, with since when', async () => {
  await begin({ max_failures: 1 });
  await a.reboot('2.0');
  await fleet.pass(31);
  for (const state of ['failed', 'silent'] as const) {
    const found = await fleet.store.findHosts({ state }, '', 10, fleet.now);
    expect(found).toMatchObject([{ id: a.id, state: 'silent', standing: { is: 'silent', version: '2.0' } }]);
  }
});
