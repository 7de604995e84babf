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

interface State<T> {
  path: string | null;
  data?: T;
  at?: Date;
  problem?: ApiError;
  loading: boolean;
}

interface Known {
  data: unknown;
  at: Date;
}
/** What pages showed last, so that going back shows it at once, and also while the server is away. */
const lastKnown = new Map<string, Known>();
const knownPaths = 60;

/** Forgets what one person saw before another logs in. */
export function forgetKnown(): void {
  lastKnown.clear();
}

function keep(path: string, known: Known): void {
  lastKnown.delete(path);
  lastKnown.set(path, known);
  const [oldest] = lastKnown.keys();
  if (lastKnown.size > knownPaths && oldest !== undefined) lastKnown.delete(oldest);
}

/** Loads a path, and again whenever the server reports a change of one of these kinds. */
export function useQuery<T>(path: string | null, kinds: readonly Kind[] = []): Query<T> {
  const [state, set] = useState<State<T>>(() => ({
    path: null,
    loading: true,
    ...(path === null ? {} : (lastKnown.get(path) as Pick<State<T>, 'data' | 'at'> | undefined)),
  }));
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
        const at = new Date();
        keep(path, { data, at });
        set({ path, data, at, loading: false });
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
