import type { ComponentChildren } from 'preact';
import type { Query } from '../api/use-query.ts';
import { Boundary } from './boundary.tsx';
import { Notice } from './notice.tsx';

/** Shows data once it is loaded; an error comes with a way to try again. */
export function Loaded<T>({ of, children }: { of: Query<T>; children: (data: T) => ComponentChildren }) {
  const { data, problem, loading, reload } = of;
  return (
    <>
      {problem && (
        <Notice tone="stop" title={problem.message}>
          <button type="button" onClick={reload} disabled={loading}>
            Try again
          </button>
        </Notice>
      )}
      {data !== undefined && (
        <Boundary part="This part" of={data}>
          <Drawn data={data} draw={children} />
        </Boundary>
      )}
      {data === undefined && !problem && (
        <p class="loading" role="status">
          Loading…
        </p>
      )}
    </>
  );
}

/** Draws inside the boundary, where an exception is caught. */
function Drawn<T>({ data, draw }: { data: T; draw: (data: T) => ComponentChildren }) {
  return <>{draw(data)}</>;
}
