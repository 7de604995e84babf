import { useEffect, useRef, useState } from 'preact/hooks';
import { type Kind, noteUnreachable, onChange } from './events.ts';
import { ApiError, request } from './request.ts';

/** Data of the server as it was last received, and whether that is still what the page needs. */
export interface Query<T> {
  data: T | undefined;
  /** When the data came; the server may have other figures since. */
  at: Date | undefined;
  problem: ApiError | undefined;
  /** A request is under way. */
  loading: boolean;
  reload(): void;
}

/** Changes close together cause one request; the slower the server responds, the rarer the requests. */
const pauseMs = 700;
const pausePerResponse = 5;

/** Loads a path, and again whenever the server reports a change of one of these kinds. */
export function useQuery<T>(path: string | null, kinds: readonly Kind[] = []): Query<T> {
  const [state, set] = useState<{
    path: string | null;
    data?: T;
    at?: Date;
    problem?: ApiError;
    loading: boolean;
  }>({
    path: null,
    loading: true,
  });
  const [round, setRound] = useState(0);
  const tookMs = useRef(0);
  const watched = useRef(kinds);
  watched.current = kinds;

  useEffect(() => {
    if (path === null) return;
    const stop = new AbortController();
    const begun = performance.now();
    set((before) => ({ ...before, loading: true }));
    request<T>('GET', path, undefined, stop.signal).then(
      (data) => {
        tookMs.current = performance.now() - begun;
        set({ path, data, at: new Date(), loading: false });
      },
      (error: Error) => {
        if (stop.signal.aborted) return;
        const problem = error instanceof ApiError ? error : new ApiError('unknown', error.message, 0);
        if (problem.kind === 'unreachable') noteUnreachable();
        set((before) => ({ ...before, path, problem, loading: false }));
      },
    );
    return () => stop.abort();
  }, [path, round]);

  useEffect(() => {
    let pause: ReturnType<typeof setTimeout> | undefined;
    const end = onChange(({ kind }) => {
      if (kind !== 'resync' && !watched.current.includes(kind)) return;
      pause ??= setTimeout(
        () => {
          pause = undefined;
          setRound((count) => count + 1);
        },
        Math.max(pauseMs, tookMs.current * pausePerResponse),
      );
    });
    return () => {
      end();
      clearTimeout(pause);
    };
  }, []);

  return {
    data: state.data,
    at: state.at,
    problem: state.problem,
    loading: state.loading || state.path !== path,
    reload: () => setRound((count) => count + 1),
  };
}
