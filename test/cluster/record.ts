import { performance } from 'node:perf_hooks';
import type { Etcd } from '../../system/etcd/etcd.ts';

/** What a host wanted of the lock when it sent a swap. */
export type Wish = 'acquire' | 'release' | 'cancel';

/** One swap as its client saw it; times in milliseconds of one clock. */
export interface Swap {
  host: string;
  wish: Wish;
  sent: number;
  /** When the answer came; null: never. */
  done: number | null;
  /** The `mod_revision` it compared with; null: no key. */
  expected: string | null;
  text: string;
  outcome: 'won' | 'lost' | 'unknown' | 'unsent';
  /** The revision etcd answered with; only a won swap has made it. */
  revision: string | null;
}

/** A host down or unproven because of an update; `to` null: still. */
export interface Out {
  host: string;
  from: number;
  to: number | null;
  why: string;
}

/** Notes what was sent, what came back and who is out; it decides nothing. */
export class Recorder {
  readonly swaps: Swap[] = [];
  readonly outs: Out[] = [];
  /** What happened to hosts, to explain a violation. */
  readonly logged: { at: number; host: string; words: string }[] = [];
  readonly counts: Record<string, number> = {};
  readonly #out = new Map<string, Out>();

  now(): number {
    return performance.now();
  }

  count(what: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }

  log(host: string, words: string): void {
    this.logged.push({ at: this.now(), host, words });
  }

  setOut(host: string, isOut: boolean, why: string): void {
    this.log(host, why);
    const before = this.#out.get(host);
    if (isOut && !before) {
      const out: Out = { host, from: this.now(), to: null, why };
      this.#out.set(host, out);
      this.outs.push(out);
    } else if (!isOut && before) {
      before.to = this.now();
      this.#out.delete(host);
    }
  }

  /** The same etcd, its swaps noted; nothing reaches an agent that is not alive any more. */
  watch(etcd: Etcd, host: string, wish: Wish, isAlive: () => boolean): Etcd {
    const received = async <T>(work: () => Promise<T>): Promise<T> => {
      if (!isAlive()) return new Promise(() => {});
      try {
        return await work();
      } finally {
        if (!isAlive()) await new Promise(() => {});
      }
    };
    return {
      ...etcd,
      read: (key) => received(() => etcd.read(key)),
      call: (path, body, endpoint) => received(() => etcd.call(path, body, endpoint)),
      rest: (conflicts) => received(() => etcd.rest(conflicts)),
      swap: (key, expected, text) =>
        received(() => {
          const swap: Swap = {
            ...{ host, wish, sent: this.now(), done: null, expected: expected?.revision ?? null, text },
            ...{ outcome: 'unknown', revision: null },
          };
          this.swaps.push(swap);
          return etcd.swap(key, expected, text).then(
            (answer) => {
              swap.done = this.now();
              swap.outcome = answer.won ? 'won' : 'lost';
              swap.revision = answer.revision;
              return answer;
            },
            (error: { code?: string }) => {
              swap.done = this.now();
              if (error.code === 'unreachable') swap.outcome = 'unsent';
              if (isAlive()) this.count(`swaps that ended in ${error.code}`);
              throw error;
            },
          );
        }),
    };
  }
}
