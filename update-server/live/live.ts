import type { Change } from '../../protocol/api/dashboard.ts';
import type { TokenInfo } from '../../protocol/api/operator.ts';
import { asInterlockError } from '../../protocol/errors/interlock-error.ts';
import type { ChangePosition, ChangeStore } from '../store/interface/changes.ts';
import { changesOf, manyHosts } from './changes.ts';

/** How often the tables are looked at while somebody listens: the grants of that time are one change. */
const lookMs = 1000;
/**
 * Pages that may listen at once, each holding a connection: in all, with one token, and by those who only read, so that
 * who steers always finds a place.
 */
const limits = { all: 64, token: 16, readers: 48 };
const anybody: Who = { id: '', role: 'viewer' };
/** What is said after something may have been missed: read again what you show. */
const gap: Change = { kind: 'other', id: '', what: 'gap' };

type Who = Pick<TokenInfo, 'id' | 'role'>;

/** A page that listens. */
interface Listener {
  who: Who;
  heard(change: Change): void;
  ended(): void;
}

/** Tells those who listen what changed. */
export interface Live {
  /** Returns how to stop listening; nothing when too many listen already. `ended` is called when the server stops. */
  listen(heard: (change: Change) => void, ended: () => void, who?: Who): (() => void) | undefined;
  /** Sends everybody away, so that a stop of the server waits for no page. */
  end(): void;
}

/** Watches the store for as long as somebody listens; `tell` hears what fails, and it is tried again. */
export function openLive(store: ChangeStore, tell: (problem: string) => void): Live {
  const listeners = new Set<Listener>();
  let timer: NodeJS.Timeout | undefined;
  let isWatching = false;
  let at: { position: ChangePosition; known: ReturnType<typeof changesOf>['known'] } | undefined;
  let isBehind = false;

  /** Looks as long as anybody listens, whatever fails in between. */
  async function watch(): Promise<void> {
    isWatching = true;
    try {
      for (const change of await look()) for (const listener of listeners) say(listener, change);
    } catch (error) {
      at = undefined;
      isBehind = true;
      tell(asInterlockError(error).message);
    }
    isWatching = listeners.size > 0;
    if (isWatching) timer = setTimeout(() => void watch(), lookMs);
    else at = undefined;
  }

  async function look(): Promise<Change[]> {
    if (!at) {
      const position = await store.changePosition();
      at = { position, known: changesOf(await store.changes(position, 0), new Map()).known };
      const missed = isBehind ? [gap] : [];
      isBehind = false;
      return missed;
    }
    const news = await store.changes(at.position, manyHosts + 1);
    const { changes, known } = changesOf(news, at.known);
    at = { position: news.position, known };
    return changes;
  }

  function say(listener: Listener, change: Change): void {
    try {
      listener.heard(change);
    } catch (error) {
      listeners.delete(listener);
      tell(asInterlockError(error).message);
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
    listen(heard, ended, who = anybody) {
      if (isFull(who)) return undefined;
      const listener = { heard, ended, who };
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
