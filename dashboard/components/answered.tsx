import type { ComponentChildren } from 'preact';
import type { Answer } from '../api/use-answer.ts';
import { Boundary } from './boundary.tsx';
import { Notice } from './notice.tsx';

/** Shows an answer once it is there; before that as little as possible, and a refusal with a way to try again. */
export function Answered<T>({ of, children }: { of: Answer<T>; children: (data: T) => ComponentChildren }) {
  const { data, problem, asking, again } = of;
  return (
    <>
      {problem && (
        <Notice tone="stop" title={problem.message}>
          <button type="button" onClick={again} disabled={asking}>
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
          Asking the server…
        </p>
      )}
    </>
  );
}

/** Draws inside the boundary, where a failure is caught. */
function Drawn<T>({ data, draw }: { data: T; draw: (data: T) => ComponentChildren }) {
  return <>{draw(data)}</>;
}
