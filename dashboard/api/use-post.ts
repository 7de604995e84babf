import { useEffect, useState } from 'preact/hooks';
import { type Kind, noteUnreachable, onChange } from './events.ts';
import { ApiError, request } from './request.ts';
import type { Query } from './use-query.ts';

interface State<T> {
  asked?: string;
  data?: T;
  at?: Date;
  problem?: ApiError;
}

/** The answer to a question that is too long for an address, asked again whenever it or the server changes; null asks nothing. */
export function usePost<T>(path: string, body: object | null, kinds: readonly Kind[] = []): Query<T> {
  const [state, set] = useState<State<T>>({});
  const [round, setRound] = useState(0);
  const asked = body === null ? null : JSON.stringify(body);
  const reload = () => setRound((count) => count + 1);
  useEffect(() => {
    if (asked === null) return;
    const stop = new AbortController();
    request<T>('POST', path, JSON.parse(asked), stop.signal).then(
      (data) => set({ asked, data, at: new Date() }),
      (error: Error) => {
        if (stop.signal.aborted) return;
        const problem = error instanceof ApiError ? error : new ApiError('unknown', error.message, 0);
        if (problem.kind === 'unreachable') noteUnreachable();
        set((before) => ({ ...before, asked, problem }));
      },
    );
    return () => stop.abort();
  }, [path, asked, round]);
  useEffect(() => onChange(({ kind }) => (kind === 'resync' || kinds.includes(kind)) && reload()), []);
  const { data, at, problem } = state;
  return { data, at, problem, loading: state.asked !== asked, reload };
}
