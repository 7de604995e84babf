import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Channel } from '../../../protocol/documents/channel.ts';
import type { PolicyText } from '../../../protocol/documents/policy.ts';
import { createToken } from '../../../update-server/auth/create-token.ts';
import { openBlobs } from '../../../update-server/blobs/files.ts';
import { createApp } from '../../../update-server/http/app.ts';
import type { App } from '../../../update-server/routing/app.ts';
import type { Store } from '../../../update-server/store/interface/store.ts';
import { openSqliteStore } from '../../../update-server/store/sqlite/store.ts';
import { begin, hoursLater, timekeeper } from '../domain/rollout/make-rollout.ts';
import { scratch } from '../support/start-server.ts';

const { dir, remove } = scratch();
let now = begin;
const tick = timekeeper();
let store: Store;
let app: App;
let operator: string;
let joinToken: string;
let serial = 0;

const policy: PolicyText = {
  canary: { group: 'canary', soak: '2 hours', timeout: '1 day' },
  in_flight: 3,
  max_failures: 2,
  silent_after: '1 hour',
  ramp: [
    { start_after: '0 hours', percent: 50 },
    { start_after: '10 hours', percent: 100 },
  ],
};

beforeAll(async () => {
  store = openSqliteStore(dir);
  app = createApp({ store, blobs: openBlobs(dir), onlineKeys: undefined, now: () => now });
  operator = (await createToken(store, { role: 'operator', name: 'op', who: 'test', now })).token;
  joinToken = (await createToken(store, { role: 'join', name: '', who: 'test', now })).token;
});
afterAll(async () => {
  await app.close();
  await store.close();
  remove();
});

/** A machine that does what it is told, or reports a failure. */
interface Machine {
  id: string;
  ask(): Promise<string>;
  report(kind: string): Promise<void>;
  why(): Promise<string>;
}

async function machine(group: string): Promise<Machine> {
  const enrolment = { joinToken, machineId: '0'.repeat(32), hostname: group, name: 'tiny', arch: 'x86-64' };
  const { hostId: id, credential } = await call('POST', '/v1/enroll', enrolment);
  let version = '1.0';
  let offered: { grant: string; version: string } | undefined;
  return {
    id,
    async ask() {
      const said = { name: 'tiny', version, arch: 'x86-64', channel: 'alpha', group, at: 'idle', failed: [] };
      const facts = { ...said, bootId: `boot-${version.replace('.', '-')}`, rootHash: 'a'.repeat(64) };
      const { decision } = await call('POST', '/v1/check-in', facts, credential);
      offered = decision.offer ?? offered;
      return decision.none ?? `offered ${decision.offer.version}`;
    },
    async report(kind) {
      const { grant, version: to } = offered!;
      const report = { id: `report-${serial++}`.padEnd(10, '-'), grant, kind, from: version, version: to };
      const at = now.toISOString();
      await call(
        'POST',
        '/v1/reports',
        { reports: [{ ...report, bootId: 'boot-x-x', at, detail: '' }] },
        credential,
      );
      if (kind === 'confirmed') version = to;
    },
    why: async () => (await call('GET', `/v1/hosts/${id}`, undefined, operator)).why,
  };
}

async function call(method: 'GET' | 'POST' | 'PUT', url: string, payload?: object, token?: string) {
  const headers = token ? { authorization: `Bearer ${token}` } : {};
  const answer = await app.inject({ method, url, headers, ...(payload ? { payload } : {}) });
  if (answer.statusCode > 299) throw new Error(`${url}: ${answer.statusCode} ${answer.body}`);
  return answer.body ? answer.json() : undefined;
}

async function publish(version: string, letter: string, more: Partial<Channel> = {}): Promise<void> {
  const { revision, state } = await store.repository();
  const head = { version, releases: { 'x86-64': letter.repeat(64) } };
  const channel: Channel = {
    ...{ format: 1, name: 'tiny', channel: 'alpha', serial: revision + 1, head },
    ...{ floors: [], minimum: null, blocked: [], withdrawn: [], ...more },
  };
  const nothing = { state, files: {}, targets: {}, releases: [], channels: [channel] };
  expect(await store.publish({ ...nothing, basedOn: revision }, now.toISOString())).toBe(true);
}

const current = async () => (await store.currentRollout('tiny', 'alpha', 'x86-64'))!;
const steer = async (action: string) =>
  call('POST', `/v1/rollouts/${(await current()).id}/${action}`, { reason: 'test' }, operator);

describe('the life of a rollout', () => {
  let canaries: Machine[];
  let others: Machine[];

  it('takes the channel’s policy', async () => {
    await call('PUT', '/v1/policies/tiny/alpha', { policy }, operator);
    canaries = [await machine('canary'), await machine('canary')];
    others = await Promise.all(Array.from({ length: 20 }, () => machine('web')));
    for (const host of [...canaries, ...others]) expect(await host.ask()).toBe('no_such_channel');
    await publish('2.0', '2');
    expect(await current()).toMatchObject({ policyName: 'own', state: 'running', active: 22 });
  });

  it('lets canaries go first, until every one has confirmed and soaked', async () => {
    expect(await others[0]!.ask()).toBe('canary_first');
    expect(await others[0]!.why()).toContain('group canary go first');
    for (const host of canaries) expect(await host.ask()).toBe('offered 2.0');
    await canaries[0]!.report('confirmed');
    await canaries[0]!.ask();
    now = hoursLater(5);
    await tick(store, now);
    expect(await others[0]!.ask()).toBe('canary_first');
    await canaries[1]!.report('confirmed');
    await canaries[1]!.ask();
    now = hoursLater(6.9);
    await tick(store, now);
    expect(await others[0]!.ask()).toBe('canary_first');
    now = hoursLater(7);
    await tick(store, now);
    expect((await current()).canaryPassed).toBe(now.toISOString());
  });

  it('lets no more start at once than may be under way, and none before its cohort', async () => {
    const answers = await Promise.all(others.map((host) => host.ask()));
    const count = (what: string) => answers.filter((answer) => answer === what).length;
    expect(count('offered 2.0')).toBe(3);
    expect(count('not_yet') + count('in_flight_limit')).toBe(17);
    const waiting = others[answers.indexOf('not_yet')]!;
    expect(await waiting.why()).toContain(hoursLater(17).toISOString());
    expect((await current()).counts.inFlight).toBe(3);
  });

  it('pauses those who have leave too, and goes on where it was', async () => {
    const started = await hostsThatMay();
    await steer('pause');
    expect(await started[0]!.ask()).toBe('paused');
    expect(await started[0]!.why()).toContain('Reason: test');
    await steer('resume');
    expect(await started[0]!.ask()).toBe('offered 2.0');
    expect((await current()).counts.inFlight).toBe(3);
  });

  it('stops by itself when hosts fail, by report or in silence, and says so', async () => {
    const [one, two, three] = await hostsThatMay();
    await one!.report('fell_back');
    await two!.report('rebooting');
    expect((await current()).state).toBe('running');
    now = hoursLater(8.1);
    await tick(store, now);
    expect(await current()).toMatchObject({ state: 'halted', reason: '2 hosts failed, the limit is 2' });
    expect(await three!.ask()).toBe('halted');
    expect(await three!.why()).toContain('2 hosts failed, the limit is 2');
  });

  it('counts failures anew once resumed, and lets everybody start once finished', async () => {
    await steer('resume');
    await tick(store, now);
    expect((await current()).state).toBe('running');
    await steer('finish');
    for (let round = 0; round < 10; round++) {
      for (const host of others) {
        if ((await host.ask()) === 'offered 2.0') await host.report('confirmed');
      }
    }
    const shown = await call('GET', `/v1/rollouts/${(await current()).id}`, undefined, operator);
    expect(shown).toMatchObject({ confirmed: 22, inFlight: 0, percent: 100, canary: 'passed' });
    expect(shown.curve.at(-1)).toMatchObject({ confirmed: 22 });
  });

  it('gives a floor as a grant of the head’s rollout, and strands hosts before one that is blocked', async () => {
    await call('PUT', '/v1/policies/tiny/alpha', { policy: 'now' }, operator);
    const floor = { version: '3.0', releases: { 'x86-64': '3'.repeat(64) } };
    await publish('4.0', '4', { floors: [floor] });
    const host = await machine('web');
    expect(await host.ask()).toBe('offered 3.0');
    expect((await current()).counts.inFlight).toBe(1);
    await host.report('confirmed');
    expect(await host.ask()).toBe('offered 4.0');
    const stuck = await machine('web');
    await publish('4.0', '4', { floors: [floor], blocked: [{ version: '3.0', reason: 'bad' }] });
    expect(await stuck.ask()).toBe('stranded');
  });

  it('offers an aborted head to nobody, until a rollout is started or another head published', async () => {
    const host = await machine('web');
    await publish('5.0', '5');
    await steer('abort');
    expect(await host.ask()).toBe('aborted');
    const starts = hoursLater(20).toISOString();
    await call('POST', '/v1/rollouts', { name: 'tiny', channel: 'alpha', policy: 'now', starts }, operator);
    expect(await host.ask()).toBe('scheduled');
    now = hoursLater(20);
    expect(await host.ask()).toBe('offered 5.0');
  });

  it('holds and pins single hosts', async () => {
    const host = await machine('web');
    await call('POST', `/v1/hosts/${host.id}/pin`, { version: '1.0' }, operator);
    expect(await host.ask()).toBe('pinned');
    await call('POST', `/v1/hosts/${host.id}/pin`, { version: '5.0' }, operator);
    await call('POST', `/v1/hosts/${host.id}/hold`, { held: true }, operator);
    expect(await host.ask()).toBe('held');
    await call('POST', `/v1/hosts/${host.id}/hold`, { held: false }, operator);
    expect(await host.ask()).toBe('offered 5.0');
  });

  async function hostsThatMay(): Promise<Machine[]> {
    const answers = await Promise.all(others.map((host) => host.ask()));
    return others.filter((_, index) => answers[index] === 'offered 2.0');
  }
});
