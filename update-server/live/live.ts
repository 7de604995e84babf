import type { Change } from '../../protocol/desk.ts';
import { asInterlockError } from '../../protocol/errors.ts';
import type { NewsStore } from '../store/news.ts';
import { changesOf, manyHosts } from './changes.ts';

/** How often the tables are looked at while somebody listens: the grants of that time are one change. */
const lookMs = 1000;
/** Pages that may listen at once; each holds a connection. */
const listenersLimit = 64;

/** Tells those who listen what changed. */
export interface Live {
  /** Returns how to stop listening; nothing when too many listen already. `ended` is called when the server stops. */
  listen(heard: (change: Change) => void, ended: () => void): (() => void) | undefined;
  /** Sends everybody away, so that a stop of the server waits for no page. */
  end(): void;
}

/** Watches the store for as long as somebody listens; `tell` hears what fails, and it is tried again. */
export function openLive(store: NewsStore, tell: (problem: string) => void): Live {
  const listeners = new Map<(change: Change) => void, () => void>();
  let timer: NodeJS.Timeout | undefined;
  let isWatching = false;

  /** Looks as long as anybody listens. */
  async function watch(): Promise<void> {
    isWatching = true;
    let place = await store.newsPlace();
    let { known } = changesOf(await store.news(place, 0), new Map());
    const look = async () => {
      const news = await store.news(place, manyHosts + 1);
      const next = changesOf(news, known);
      [place, known] = [news.place, next.known];
      for (const change of next.changes) for (const heard of listeners.keys()) heard(change);
    };
    const again = () => {
      isWatching = listeners.size > 0;
      if (isWatching) timer = setTimeout(() => void look().catch(complain).then(again), lookMs);
    };
    again();
  }

  function complain(error: unknown): void {
    tell(asInterlockError(error).message);
  }

  return {
    listen(heard, ended) {
      if (listeners.size >= listenersLimit) return undefined;
      listeners.set(heard, ended);
      if (!isWatching) void watch().catch(complain);
      return () => void listeners.delete(heard);
    },
    end() {
      clearTimeout(timer);
      for (const ended of [...listeners.values()]) ended();
      listeners.clear();
    },
  };
}
