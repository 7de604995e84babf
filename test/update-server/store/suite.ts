import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CheckIn, Report } from '../../../protocol/api/check-in.ts';
import type { Channel } from '../../../protocol/documents/channel.ts';
import type { PolicyText } from '../../../protocol/documents/policy.ts';
import type { NewRollout } from '../../../update-server/domain/rollout/start.ts';
import type { NewAudit } from '../../../update-server/store/interface/audit.ts';
import type { Publication } from '../../../update-server/store/interface/repository.ts';
import type { Store } from '../../../update-server/store/interface/store.ts';
import { timekeeper } from '../domain/rollout/make-rollout.ts';

const at = '2026-03-01T12:00:00.000Z';
const audit: NewAudit = { at, who: 'test', action: 'act', subject: { kind: 'image', id: 'it' }, detail: '' };
const sha = (letter: string) => letter.repeat(64);
const newHost = (n: number) => ({
  id: `host-000${n}`,
  credentialHash: sha(String(n)),
  machineId: '0'.repeat(32),
  hostname: `web-${n}`,
  name: 'tiny',
  arch: 'x86-64' as const,
  enrolled: at,
  approved: true,
});
const later = '2026-03-02T12:00:00.000Z';
const grantOf = (id: string, letter: string, expires = later) => ({
  id,
  version: '2.0',
  release: sha(letter),
  expires,
  rollout: `rollout-${letter}`,
  canary: false,
  limit: 10,
});
const rolloutOf = (letter: string, channel: string, policy: PolicyText = {}): NewRollout => ({
  id: `rollout-${letter}`,
  name: 'tiny',
  channel,
  arch: 'x86-64',
  version: '2.0',
  release: sha(letter),
  policy: { name: 'test', text: policy },
  created: at,
  starts: at,
});
const reportOf = (id: string, kind: Report['kind'], grant: string | null): Report => ({
  id,
  grant,
  kind,
  from: '1.0',
  version: '2.0',
  bootId: 'boot-one',
  at,
  detail: 'd',
});
const saidBy: CheckIn = {
  name: 'tiny',
  version: '1.0',
  arch: 'x86-64',
  channel: 'alpha',
  group: 'web',
  bootId: 'boot-one',
  rootHash: sha('a'),
  at: 'idle',
  failed: ['0.5'],
};
const channel = (serial: number): Channel => ({
  format: 1,
  name: 'tiny',
  channel: 'alpha',
  serial,
  head: { version: '2.0', releases: {} },
  floors: [],
  minimum: null,
  blocked: [],
  withdrawn: [],
});
const publication = (basedOn: number, text: string): Publication => ({
  basedOn,
  state: { roles: { root: text } },
  files: { 'timestamp.json': text, [`${basedOn}.snapshot.json`]: text },
  targets: { 'a/b.json': text },
  channels: [channel(basedOn + 1)],
  releases: [],
});

/** A place for a store's data: `open` opens the same data each time. */
export interface StorePlace {
  open(): Promise<Store>;
  remove(): Promise<void>;
}

/** What every store must do, whatever database is behind it. */
export function storeSuite(name: string, makePlace: () => Promise<StorePlace>): void {
  describe(name, () => {
    let place: StorePlace;
    let store: Store;
    let tick: ReturnType<typeof timekeeper>;
    beforeEach(async () => {
      tick = timekeeper(new Date(at));
      place = await makePlace();
      store = await place.open();
      for (const n of [1, 2]) await store.enroll(newHost(n), audit);
      await store.startRollouts([rolloutOf('r', 'alpha'), rolloutOf('s', 'beta')], audit);
    });
    afterEach(async () => {
      await store.close();
      await place.remove();
    });

    it('publishes all or nothing, on top of what it was computed from', async () => {
      expect(await store.publish(publication(0, 'one'), at)).toBe(true);
      expect(await store.publish(publication(0, 'two'), at)).toBe(false);
      expect(await store.metadataFile('timestamp.json')).toBe('one');
      expect(await store.targetFile('a/b.json')).toBe('one');
      expect((await store.channel('tiny', 'alpha'))?.serial).toBe(1);
      const both = [store.publish(publication(1, 'three'), at), store.publish(publication(1, 'four'), at)];
      expect((await Promise.all(both)).filter(Boolean)).toHaveLength(1);
      expect((await store.repository()).revision).toBe(2);
      expect((await store.channel('tiny', 'alpha'))?.serial).toBe(2);
      expect(await store.metadataFile('0.snapshot.json')).toBe('one');
    });

    it('gives one open grant per host and release, however often and however many at once ask', async () => {
      const asked = ['a1', 'a2', 'a3'].map((id) => store.takeGrant('host-0001', grantOf(id, 'r'), at));
      const answers = await Promise.all(asked);
      expect(answers).toMatchObject([
        { grant: { id: 'a1' } },
        { grant: { id: 'a1' } },
        { grant: { id: 'a1' } },
      ]);
      const renewed = await store.takeGrant('host-0001', grantOf('a4', 'r', '2026-03-05T00:00:00.000Z'), at);
      expect(renewed).toMatchObject({ grant: { id: 'a1', expires: '2026-03-05T00:00:00.000Z' } });
      expect(await store.hasOpenGrant('host-0001', 'rollout-r')).toBe(true);
      expect(await store.takeGrant('host-0002', grantOf('b1', 'r'), at)).toMatchObject({
        grant: { id: 'b1' },
      });
      expect((await store.rollout('rollout-r'))?.counts).toMatchObject({ inFlight: 2 });
      await store.report('host-0001', [reportOf('report-1', 'confirmed', 'a1')], at);
      expect(await store.hasOpenGrant('host-0001', 'rollout-r')).toBe(false);
      expect(await store.takeGrant('host-0001', grantOf('a5', 'r'), at)).toMatchObject({
        grant: { id: 'a5' },
      });
    });

    it('grants nothing to a held, a cloned or an unknown host', async () => {
      await store.hold('host-0001', true, audit);
      expect(await store.takeGrant('host-0001', grantOf('a1', 'r'), at)).toEqual({ none: 'held' });
      await store.hold('host-0001', false, audit);
      expect(await store.takeGrant('host-0001', grantOf('a1', 'r'), at)).toHaveProperty('grant');
      await store.markCloned('host-0001', audit);
      expect(await store.takeGrant('host-0001', grantOf('a2', 'r'), at)).toEqual({ none: 'cloned' });
      expect((await store.host('host-0001'))?.grants).toMatchObject([{ id: 'a1', outcome: 'lapsed' }]);
      expect((await store.rollout('rollout-r'))?.counts).toMatchObject({ inFlight: 0 });
      expect(await store.takeGrant('host-none', grantOf('a3', 'r'), at)).toEqual({ none: 'held' });
    });

    it('takes each report once and lets no host close another’s grant', async () => {
      await store.takeGrant('host-0001', grantOf('a1', 'r'), at);
      await store.report('host-0002', [reportOf('report-1', 'failed', 'a1')], at);
      expect((await store.host('host-0001'))?.grants[0]?.outcome).toBeNull();
      const reports = [reportOf('report-1', 'written', 'a1'), reportOf('report-2', 'confirmed', 'a1')];
      for (const _ of [1, 2]) await store.report('host-0001', reports, at);
      await store.report('host-0001', [reportOf('report-2', 'failed', 'a1')], at);
      const host = await store.host('host-0001');
      expect(host?.reports.map(({ id, kind }) => [id, kind])).toEqual([
        ['report-2', 'confirmed'],
        ['report-1', 'written'],
      ]);
      expect(host?.grants[0]?.outcome).toBe('confirmed');
    });

    it('shows sightings at once and keeps them over a clean stop', async () => {
      const host = (await store.hostByCredential(sha('1')))!;
      expect(host).toMatchObject({ boot: null, reported: '' });
      const sighting = { host, at, checkIn: saidBy, boots: ['boot-one'], reported: 'a', offered: null };
      await store.recordCheckIn({ ...sighting, decision: 'held' });
      expect(await store.hostByCredential(sha('1'))).toMatchObject({ boot: 'boot-one', reported: 'a' });
      expect(await store.boots('host-0001')).toEqual(['boot-one']);
      expect(await store.host('host-0001')).toMatchObject({
        version: '1.0',
        failed: ['0.5'],
        decision: 'held',
      });
      await store.recordCheckIn({ ...sighting, decision: 'held' });
      await store.findHosts({}, '', 10, new Date(at));
      expect((await store.hostByCredential(sha('1')))?.reported).toBe('a');
      await store.recordCheckIn({ ...sighting, boots: null, decision: 'up_to_date' });
      await store.close();
      store = await place.open();
      expect(await store.hostByCredential(sha('1'))).toMatchObject({ boot: 'boot-one', reported: 'a' });
      expect(await store.boots('host-0001')).toEqual(['boot-one']);
      expect(await store.findHosts({}, '', 10, new Date(at))).toMatchObject([
        { decision: 'up_to_date', lastSeen: at },
        { lastSeen: null },
      ]);
      expect(await store.findHosts({}, 'host-0001', 10, new Date(at))).toMatchObject([{ id: 'host-0002' }]);
    });

    it('knows a host as operators left it at its very next check-in, and what it said before that', async () => {
      const known = async () => (await store.hostByCredential(sha('1')))!;
      const sighting = { at, checkIn: saidBy, boots: ['boot-one'], reported: 'a', offered: null };
      await store.recordCheckIn({ ...sighting, host: await known(), decision: 'up_to_date' });
      await store.hold('host-0001', true, audit);
      expect(await known()).toMatchObject({ held: true, boot: 'boot-one', reported: 'a' });
      await store.hold('host-0001', false, audit);
      await store.pin('host-0001', '1.0', audit);
      await store.place('host-0001', 'canary', audit);
      expect(await known()).toMatchObject({ held: false, pinned: '1.0', placed: 'canary' });
      await store.markCloned('host-0001', audit);
      expect(await known()).toMatchObject({ cloned: true, boot: 'boot-one' });
      expect(await store.boots('host-0001')).toEqual(['boot-one']);
    });

    it('knows a rollout as it is after each change', async () => {
      const current = async () => (await store.currentRollout('tiny', 'alpha', 'x86-64'))!;
      expect((await current()).counts.inFlight).toBe(0);
      await store.takeGrant('host-0001', grantOf('a1', 'r'), at);
      expect((await current()).counts.inFlight).toBe(1);
      const failing = () => {
        throw new Error('no');
      };
      await expect(store.changeRollout('rollout-r', failing, audit)).rejects.toThrow('no');
      await store.changeRollout('rollout-r', (rollout) => ({ ...rollout, state: 'paused' }), audit);
      expect((await current()).state).toBe('paused');
      await store.startRollouts([{ ...rolloutOf('t', 'alpha') }], audit);
      expect((await current()).id).toBe('rollout-t');
    });

    it('forgets a host with all it reported', async () => {
      await store.takeGrant('host-0001', grantOf('a1', 'r'), at);
      await store.report('host-0001', [reportOf('report-1', 'written', 'a1')], at);
      expect(await store.forget('host-0001', audit)).toBe(true);
      expect(await store.forget('host-0001', audit)).toBe(false);
      expect(await store.hostByCredential(sha('1'))).toBeUndefined();
      await store.report('host-0001', [reportOf('report-2', 'written', null)], at);
      expect(await store.host('host-0001')).toBeUndefined();
    });

    it('finds live tokens only, and logs who made and ended them', async () => {
      const ends = { revoked: null, expires: null };
      const token = { id: 'token-01', role: 'viewer' as const, name: 'n', created: at, used: null, ...ends };
      await store.addToken(token, sha('t'), audit);
      expect(await store.tokenByHash(sha('t'), at)).toEqual(token);
      expect(await store.revokeToken('token-01', at, audit)).toBe(true);
      expect(await store.tokenByHash(sha('t'), at)).toBeUndefined();
      expect(await store.tokens()).toEqual([{ ...token, revoked: at, used: at }]);
      expect(await store.revokeToken('token-02', at, audit)).toBe(false);
      const lines = await store.audit(Number.MAX_SAFE_INTEGER, 3);
      expect(lines.map(({ seq }) => seq)).toEqual([5, 4, 3]);
      expect((await store.audit(2, 3)).map(({ seq }) => seq)).toEqual([1]);
    });

    it('starts a rollout for a head that changed, by its channel’s policy, in the transaction that shows it', async () => {
      const named = (serial: number, release: string) => ({
        ...channel(serial),
        channel: 'edge',
        head: { version: `${serial}.0`, releases: { 'x86-64': sha(release) } },
      });
      const policy = { name: 'own', text: { max_failures: 7 } };
      await store.publish(
        { ...publication(0, 'none'), channels: [{ ...named(1, 'z'), channel: 'bare' }] },
        at,
      );
      const usual = await store.currentRollout('tiny', 'bare', 'x86-64');
      expect(usual).toMatchObject({ policyName: 'now', policy: { maxFailures: 3 } });
      await store.setPolicy('tiny', 'edge', policy, audit);
      await store.publish({ ...publication(1, 'one'), channels: [named(1, 'a')] }, at);
      const first = await store.currentRollout('tiny', 'edge', 'x86-64');
      expect(first).toMatchObject({ version: '1.0', policyName: 'own', state: 'running', starts: at });
      expect(first?.policy.maxFailures).toBe(7);
      await store.publish({ ...publication(2, 'two'), channels: [{ ...named(2, 'a'), minimum: '1.0' }] }, at);
      expect((await store.currentRollout('tiny', 'edge', 'x86-64'))?.id).toBe(first?.id);
      await store.publish({ ...publication(3, 'three'), channels: [named(3, 'b')] }, at);
      expect((await store.rollout(first!.id))?.state).toBe('superseded');
      expect(await store.currentRollout('tiny', 'edge', 'x86-64')).toMatchObject({ version: '3.0' });
      expect(await store.currentRollout('tiny', 'edge', 'arm64')).toBeUndefined();
    });

    it('never grants beyond the limit, and lets nobody through while paused', async () => {
      for (const n of [3, 4, 5]) await store.enroll(newHost(n), audit);
      const ask = (n: number, limit: number) =>
        store.takeGrant(`host-000${n}`, { ...grantOf(`g${n}`, 'r'), limit }, at);
      const answers = await Promise.all([1, 2, 3, 4, 5].map((n) => ask(n, 2)));
      expect(answers.filter((answer) => 'grant' in answer)).toHaveLength(2);
      expect(answers.filter((answer) => 'none' in answer)).toEqual(
        Array(3).fill({ none: 'in_flight_limit' }),
      );
      await store.changeRollout('rollout-r', (present) => ({ ...present, state: 'paused' }), audit);
      expect(await ask(1, 2)).toEqual({ none: 'paused' });
      await store.startRollouts([rolloutOf('t', 'alpha')], audit);
      expect(await ask(1, 2)).toEqual({ none: 'no_rollout' });
    });

    it('halts in the transaction that counts the failure', async () => {
      await store.startRollouts([rolloutOf('h', 'edge', { max_failures: 1 })], audit);
      await store.takeGrant('host-0001', grantOf('a1', 'h'), at);
      await store.takeGrant('host-0002', grantOf('b1', 'h'), at);
      await store.report('host-0001', [reportOf('report-1', 'fell_back', 'a1')], at);
      expect(await store.rollout('rollout-h')).toMatchObject({
        state: 'halted',
        counts: { inFlight: 1, confirmed: 0, failed: 1 },
      });
      expect(await store.takeGrant('host-0002', grantOf('b2', 'h'), at)).toEqual({ none: 'halted' });
      expect((await store.audit(Number.MAX_SAFE_INTEGER, 1))[0]).toMatchObject({
        who: 'server',
        action: 'halt',
      });
    });

    it('lets a grant lapse before the flip, and takes silence after it for a failure until the host speaks', async () => {
      const counts = async () => (await store.rollout('rollout-r'))!.counts;
      await store.takeGrant('host-0001', grantOf('a1', 'r'), at);
      await store.takeGrant('host-0002', grantOf('b1', 'r'), at);
      await store.report('host-0002', [reportOf('report-1', 'rebooting', 'b1')], at);
      await tick(store, new Date('2026-03-01T14:00:00.000Z'));
      expect(await counts()).toMatchObject({ inFlight: 2, failed: 0 });
      await tick(store, new Date('2026-03-01T14:00:11.000Z'));
      expect(await counts()).toMatchObject({ inFlight: 1, failed: 1 });
      await tick(store, new Date('2026-03-02T12:00:01.000Z'));
      expect(await counts()).toMatchObject({ inFlight: 0, failed: 1, confirmed: 0 });
      await store.report('host-0002', [reportOf('report-2', 'confirmed', 'b1')], at);
      await store.report('host-0001', [reportOf('report-3', 'confirmed', 'a1')], at);
      expect(await counts()).toMatchObject({ inFlight: 0, failed: 0, confirmed: 2 });
    });

    it('counts a host that falls silent while its rollout is paused', async () => {
      await store.takeGrant('host-0001', grantOf('a1', 'r'), at);
      await store.report('host-0001', [reportOf('report-1', 'rebooting', 'a1')], at);
      await store.changeRollout('rollout-r', (present) => ({ ...present, state: 'paused' }), audit);
      await tick(store, new Date('2026-03-01T15:00:00.000Z'));
      expect(await store.rollout('rollout-r')).toMatchObject({
        state: 'paused',
        counts: { inFlight: 0, failed: 1 },
      });
    });

    it('gives an unapproved host its update and counts it nowhere', async () => {
      await store.setEnrollment('open', audit);
      await store.enroll({ ...newHost(3), approved: false }, audit);
      expect(await store.takeGrant('host-0003', { ...grantOf('c1', 'r'), limit: 0 }, at)).toHaveProperty(
        'grant',
      );
      await store.report('host-0003', [reportOf('report-1', 'failed', 'c1')], at);
      expect((await store.rollout('rollout-r'))?.counts).toMatchObject({ inFlight: 0, failed: 0 });
    });

    it('undoes a failing write alone among those committed with it', async () => {
      const results = await Promise.allSettled([
        store.enroll(newHost(3), audit),
        store.enroll(newHost(1), audit),
        store.enroll(newHost(4), audit),
      ]);
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(await store.findHosts({}, '', 10, new Date(at))).toHaveLength(4);
      expect(await store.audit(Number.MAX_SAFE_INTEGER, 10)).toHaveLength(5);
    });

    it('holds one open grant per host and right counts after any interleaving of asks and reports', async () => {
      const step = fc.tuple(
        fc.constantFrom('ask', 'report'),
        fc.constantFrom(1, 2),
        fc.constantFrom('r', 's'),
      );
      let serial = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
          const open = new Map<string, string>();
          await Promise.all(
            steps.map(async ([kind, n, release]) => {
              const key = `${n}${release}`;
              serial++;
              if (kind === 'ask') {
                const answer = await store.takeGrant(`host-000${n}`, grantOf(`g-${serial}`, release), at);
                if ('grant' in answer) open.set(key, answer.grant.id);
              } else if (open.has(key)) {
                const report = reportOf(`report-${serial}`, 'confirmed', open.get(key)!);
                await store.report(`host-000${n}`, [report], at);
              }
            }),
          );
          let all = 0;
          for (const n of [1, 2]) {
            const grants = (await store.host(`host-000${n}`))!.grants.filter((grant) => !grant.outcome);
            expect(grants.length).toBeLessThanOrEqual(1);
            all += grants.length;
          }
          const rollouts = await store.rollouts('tiny', null, 10);
          expect(rollouts.reduce((sum, { counts }) => sum + counts.inFlight, 0)).toBe(all);
        }),
        { numRuns: 20 },
      );
    });
  });
}
