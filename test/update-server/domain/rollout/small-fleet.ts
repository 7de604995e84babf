import type { CheckIn, Report } from '../../../../protocol/api/check-in.ts';
import type { Channel } from '../../../../protocol/documents/channel.ts';
import type { PolicyText } from '../../../../protocol/documents/policy.ts';
import type { Release } from '../../../../protocol/documents/release.ts';
import { checkIn } from '../../../../update-server/routes/v1/check-in/check-in.ts';
import type { NewAudit } from '../../../../update-server/store/interface/audit.ts';
import type { Store } from '../../../../update-server/store/interface/store.ts';
import { openSqliteStore } from '../../../../update-server/store/sqlite/store.ts';
import { enrolHost } from '../../support/enrol.ts';
import { idleCheckIn } from '../../support/idle-check-in.ts';
import { scratch } from '../../support/start-server.ts';
import { begin } from './make-rollout.ts';

/** Root hashes of the releases, by version. */
export const rootOf = (version: string) => version.slice(0, 1).repeat(64);
/** Hashes of their `release.json`. */
export const releaseOf = (version: string) => `e${version.slice(0, 1)}`.repeat(32);

/** A host that is asked to do things, and may lose its reports. */
export interface SmallHost {
  id: string;
  /** What it says of itself. */
  said: CheckIn;
  ask(): Promise<string>;
  report(kind: Report['kind'], detail?: string): Promise<void>;
  /** Says that it reboots and comes back in another boot, on a version's root. */
  reboot(version: string, at?: string): Promise<void>;
}

/** A store with a clock, some hosts, and rollouts of releases that are published. */
export interface SmallFleet {
  store: Store;
  now: Date;
  dir: string;
  host(id: string, said?: Partial<CheckIn>): Promise<SmallHost>;
  publish(version: string, policy?: PolicyText): Promise<void>;
  current(): Promise<NonNullable<Awaited<ReturnType<Store['currentRollout']>>>>;
  named(): Promise<NonNullable<Awaited<ReturnType<Store['rolloutFacts']>>>>;
  /** Time passes, a minute at a time, while the server watches. */
  pass(minutes: number): Promise<void>;
  /** The server was away: nobody watched, and the process is another one. */
  away(hours: number): Promise<void>;
  audit(action: string): NewAudit;
  end(): Promise<void>;
}

/** Makes it. */
export function smallFleet(): SmallFleet {
  const { dir, remove } = scratch();
  let serial = 0;
  let store = openSqliteStore(dir);
  const fleet: SmallFleet = {
    store,
    now: begin,
    dir,
    async host(id, said = {}) {
      // the server's own first tick
      await store.advance(fleet.now, 0);
      await enrolHost(store, id, fleet.now.toISOString());
      let grant: string | null = null;
      const host: SmallHost = {
        id,
        said: idleCheckIn({ rootHash: rootOf('1.0'), bootId: `boot-${id}-0`, ...said }),
        async ask() {
          const record = (await store.hostByCredential(id))!;
          const needs = { store, now: () => fleet.now, load: () => 'normal' as const };
          const { decision } = await checkIn(needs, record, host.said);
          if (!('offer' in decision)) return decision.none;
          grant = decision.offer.grant;
          return decision.offer.version;
        },
        async report(kind, detail = '') {
          const at = fleet.now.toISOString();
          const rollout = await fleet.current();
          const { version: from, bootId } = host.said;
          const report = { id: `report-${serial++}`, grant, kind, from, version: rollout.version };
          await store.report(id, [{ ...report, bootId, at, detail }], at);
        },
        async reboot(version, at = 'idle') {
          await host.report('rebooting');
          const bootId = `boot-${id}-${serial++}`;
          host.said = { ...host.said, version, rootHash: rootOf(version), bootId, at };
        },
      };
      await host.ask();
      return host;
    },
    async publish(version, policy = {}) {
      const { revision, state } = await store.repository();
      const head = { version, releases: { 'x86-64': releaseOf(version) } };
      const channel: Channel = {
        ...{ format: 1, name: 'core', channel: 'stable', serial: revision + 1, head },
        ...{ floors: [], minimum: null, blocked: [], withdrawn: [] },
      };
      const root = { verity: { rootHash: rootOf(version) } };
      const none = { sha256: releaseOf(version), size: 1 };
      const parts = { version, root, payloads: [], packagesLock: none, sbom: none };
      const release = { name: 'core', arch: 'x86-64', ...parts } as unknown as Release;
      const parcel = { files: {}, targets: {}, state, channels: [channel], basedOn: revision };
      const releases = [{ sha256: releaseOf(version), release }];
      const chosen = { name: 'test', text: policy };
      await store.publish({ ...parcel, releases, policy: chosen }, fleet.now.toISOString());
    },
    current: async () => (await store.currentRollout('core', 'stable', 'x86-64'))!,
    named: async () => (await store.rolloutFacts((await fleet.current()).id, begin.toISOString()))!,
    async pass(minutes) {
      for (let left = minutes; left > 0; left--) {
        fleet.now = new Date(fleet.now.getTime() + 60_000);
        await store.advance(fleet.now, 60_000);
      }
    },
    async away(hours) {
      await store.close();
      fleet.now = new Date(fleet.now.getTime() + hours * 3_600_000);
      store = openSqliteStore(dir);
      fleet.store = store;
      await store.advance(fleet.now, 0);
    },
    audit: (action) => ({
      ...{ at: fleet.now.toISOString(), who: 'ann', action, detail: '' },
      subject: { kind: 'host', id: 'a-000001' },
    }),
    async end() {
      await store.close();
      remove();
    },
  };
  return fleet;
}
