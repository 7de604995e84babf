import { setTimeout as sleep } from 'node:timers/promises';

/** What waits: it says what for, and stops when it is told to. */
export interface Waiting {
  signal: AbortSignal;
  /** Says a line; the same one again only after ten seconds. */
  tell(text: string): void;
  pauseMs: number;
}

/** Waits without an end: members come when somebody switches them on. */
export function openWaiting(signal: AbortSignal, print: (text: string) => void, pauseMs = 2000): Waiting {
  let last = '';
  let at = 0;
  return {
    signal,
    pauseMs,
    tell(text) {
      if (text === last && Date.now() - at < 10_000) return;
      [last, at] = [text, Date.now()];
      print(text);
    },
  };
}

/** Asks again and again until there is an answer; `look` says by a text what it still waits for. */
export async function waitFor<T extends object>(
  { signal, tell, pauseMs }: Waiting,
  look: () => Promise<T | string>,
): Promise<T> {
  for (;;) {
    const found = await look();
    if (typeof found !== 'string') return found;
    tell(found);
    await sleep(pauseMs, undefined, { signal });
  }
}
