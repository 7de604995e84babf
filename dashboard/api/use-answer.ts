import { useEffect, useRef, useState } from 'preact/hooks';
import { ask, Refusal } from './ask.ts';
import { type Kind, onChange } from './live.ts';

/** A page of data as it is now: what the server said last, and whether that is still the question asked. */
export interface Answer<T> {
  data: T | undefined;
  problem: Refusal | undefined;
  /** Another answer is under way. */
  asking: boolean;
  again(): void;
}

/** Changes that come in a flock are answered by one question; who answers slowly is asked more rarely. */
const restMs = 700;
const restPerAnswer = 5;

/** Asks, and asks again whenever the server tells of a change of one of these kinds. */
export function useAnswer<T>(path: string | null, kinds: readonly Kind[] = []): Answer<T> {
  const [state, set] = useState<{ path: string | null; data?: T; problem?: Refusal; asking: boolean }>({
    path: null,
    asking: true,
  });
  const [round, setRound] = useState(0);
  const tookMs = useRef(0);
  const wanted = useRef(kinds);
  wanted.current = kinds;

  useEffect(() => {
    if (path === null) return;
    const stop = new AbortController();
    const begun = performance.now();
    set((before) => ({ ...before, asking: true }));
    ask<T>('GET', path, undefined, stop.signal).then(
      (data) => {
        tookMs.current = performance.now() - begun;
        set({ path, data, asking: false });
      },
      (error: Error) => {
        if (stop.signal.aborted) return;
        const problem = error instanceof Refusal ? error : new Refusal('unknown', error.message, 0);
        set((before) => ({ ...before, path, problem, asking: false }));
      },
    );
    return () => stop.abort();
  }, [path, round]);

  useEffect(() => {
    let rest: ReturnType<typeof setTimeout> | undefined;
    const end = onChange(({ kind }) => {
      if (kind !== 'resync' && !wanted.current.includes(kind)) return;
      rest ??= setTimeout(
        () => {
          rest = undefined;
          setRound((count) => count + 1);
        },
        Math.max(restMs, tookMs.current * restPerAnswer),
      );
    });
    return () => {
      end();
      clearTimeout(rest);
    };
  }, []);

  return {
    data: state.data,
    problem: state.problem,
    asking: state.asking || state.path !== path,
    again: () => setRound((count) => count + 1),
  };
}
