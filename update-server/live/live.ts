import type { Change } from '../../protocol/api/dashboard.ts';
import type { TokenInfo } from '../../protocol/api/operator.ts';
import { asInterlockError } from '../../protocol/errors/interlock-error.ts';
import type { ChangePosition, ChangeStore } from '../store/interface/changes.ts';
import { changesOf, manyHosts } from './changes.ts';

/** How often the tables are read while there are listeners: the grants of that time are one change. */
const readMs = 1000;
/**
 * Pages that may listen at once, each holding a connection: in all, with one token, and by those who only read, so that
 * operators can always connect.
 */
const limits = { all: 64, token: 16, readers: 48 };
const unknown: Who = { id: '', role: 'viewer' };
/** Sent after changes may have been missed: read again everything that you show. */
const gap: Change = { kind: 'other', id: '', what: 'gap' };

type Who = Pick<TokenInfo, 'id' | 'role'>;

/** A page that listens. */
interface Listener {
  who: Who;
  changed(change: Change): void;
  ended(): void;
}

/** Sends changes to all listeners. */
export interface Live {
  /** Returns how to stop listening, or undefined if there are too many listeners. `ended` is called when the server stops. */
  listen(changed: (change: Change) => void, ended: () => void, who?: Who): (() => void) | undefined;
  /** Ends all streams, so that a stop of the server does not wait for pages. */
  end(): void;
}

/** Watches the store while there are listeners; failures are logged and retried. */
export function openLive(store: ChangeStore, log: (problem: string) => void): Live {
  const listeners = new Set<Listener>();
  let timer: NodeJS.Timeout | undefined;
  let isWatching = false;
  let last: { position: ChangePosition; known: ReturnType<typeof changesOf>['known'] } | undefined;
  let isBehind = false;

  /** Continues while there are listeners, also after failures. */
  async function watch(): Promise<void> {
    isWatching = true;
    try {
      for (const change of await readChanges()) {
        for (const listener of listeners) send(listener, change);
      }
    } catch (error) {
      last = undefined;
      isBehind = true;
      log(asInterlockError(error).message);
    }
    isWatching = listeners.size > 0;
    if (isWatching) timer = setTimeout(() => void watch(), readMs);
    else last = undefined;
  }

  async function readChanges(): Promise<Change[]> {
    if (!last) {
      const position = await store.changePosition();
      last = { position, known: changesOf(await store.changes(position, 0), new Map()).known };
      const missed = isBehind ? [gap] : [];
      isBehind = false;
      return missed;
    }
    const found = await store.changes(last.position, manyHosts + 1);
    const { changes, known } = changesOf(found, last.known);
    last = { position: found.position, known };
    return changes;
  }

  function send(listener: Listener, change: Change): void {
    try {
      listener.changed(change);
    } catch (error) {
      listeners.delete(listener);
      log(asInterlockError(error).message);
    }
  }

  function isFull({ id, role }: Who): boolean {
    const count = (fits: (who: Who) => boolean) => [...listeners].filter(({ who }) => fits(who)).length;
    return (
      listeners.size >= limits.all ||
      count((who) => who.id === id) >= limits.token ||
      (isReader(role) && count((who) => isReader(who.role)) >= limits.readers)
    );
  }

  return {
    listen(changed, ended, who = unknown) {
      if (isFull(who)) return undefined;
      const listener = { changed, ended, who };
      listeners.add(listener);
      if (!isWatching) void watch();
      return () => void listeners.delete(listener);
    },
    end() {
      clearTimeout(timer);
      for (const { ended } of [...listeners]) ended();
      listeners.clear();
    },
  };
}

function isReader(role: TokenInfo['role']): boolean {
  return role !== 'operator' && role !== 'admin';
}
