import type { AcquireAnswer, ReleaseAnswer } from '../../../agent/ports/lock.ts';
import type { Ports } from '../../../agent/ports/ports.ts';
import type { RunOptions } from '../../../agent/run/run.ts';
import type { Effect } from '../../../agent/state-machine/event.ts';
import type { Report } from '../../../protocol/api/check-in.ts';
import { boot, type ModelHost, perform, targetOf } from './host.ts';
import { performLock } from './store.ts';

/** A hash that passes the state file’s checks. */
export const hex = (version: string) => (version === 'v1' ? 'a' : 'b').repeat(64);

/** A model host behind real ports; the state file and its checks are real. */
export function portsOf(model: ModelHost, sent: Report[][] = []): Ports {
  const running = () => ({ ...model.running, rootHash: hex(model.running.version) });
  const target = { ...targetOf('v2'), rootHash: hex('v2') };
  const did = (effect: Effect) => perform(model, effect);
  const self = (boots: readonly string[]) => ({ boot: model.running.bootId, boots, seen: {} });
  return {
    host: { running: async () => running(), readRoot: async () => {}, reboot: async () => boot(model) },
    slot: { write: async () => void did({ kind: 'write', target }) },
    loader: {
      tidy: async () => {},
      flip: async () => (did({ kind: 'flip', target }) as { generation: number }).generation,
      flipBack: async () => (did({ kind: 'flipBack' }) as { generation: number }).generation,
      unflip: async (generation) => void did({ kind: 'unflip', generation }),
      markGood: async (generation) => void did({ kind: 'markGood', generation }),
      markBad: async (generation) => void did({ kind: 'markBad', generation }),
      entries: async () =>
        model.entries.map(({ generation, slot, tries }) => ({
          generation,
          slot,
          rootHashPrefix: hex(model.slots[slot]).slice(0, 16),
          title: 'core',
          triesLeft: tries,
          triesDone: 0,
        })),
    },
    lock: {
      place: () => ({ kind: 'etcd', endpoints: ['e'], group: 'g', host: 'h' }),
      standing: async ({ group, host, endpoints }) => {
        const own = model.store.value.holders.find((holder) => holder.host === host);
        return own ? { group, host, boot: own.boot, since: own.since, endpoints } : null;
      },
      acquire: async (attempt, rootHash, { boots }) =>
        performLock(model.store, { kind: 'acquire', attempt, rootHash }, self(boots), 'ok')
          .answer as AcquireAnswer,
      release: async (hold, rootHash, { boots }, verdict) =>
        performLock(model.store, { kind: 'release', hold, rootHash, verdict }, self(boots), 'ok')
          .answer as ReleaseAnswer,
      cancel: async (hold, { boots }) =>
        performLock(model.store, { kind: 'cancel', hold }, self(boots), 'ok').answer as ReleaseAnswer,
    },
    trust: { accept: async () => target },
    server: {
      checkIn: async () => {
        if (model.running.version === 'v2') return { decision: { none: 'up_to_date' }, pollSeconds: 60 };
        const offer = {
          grant: 'grant-1234',
          version: 'v2',
          release: target.releaseSha256,
          expires: '2099-01-01T00:00:00Z',
        };
        return { decision: { offer }, pollSeconds: 60 };
      },
      report: async (reports) => void sent.push(reports),
    },
    scripts: {
      health: async () =>
        model.isGood(model.running.version) ? { ok: true } : { ok: false, check: 'c', problem: 'p' },
      hooks: async () => {},
    },
    clock: {
      now: () => new Date(),
      sleep: async () => {},
      nonce: () => (model.nonces++).toString(16).padStart(32, '0'),
    },
  };
}

/** How a run goes, unless a test sets otherwise. */
export const options = (change: Partial<RunOptions> = {}): RunOptions => ({
  name: null,
  pollSeconds: 60,
  retrySeconds: 1,
  signal: new AbortController().signal,
  onProgress: () => {},
  ...change,
});
