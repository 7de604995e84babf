import type { ComponentChildren } from 'preact';
import { useConnection } from '../api/use-connection.ts';
import type { Query } from '../api/use-query.ts';
import { timeOfDay } from '../format/time.ts';
import { Boundary } from './boundary.tsx';
import { Loading } from './loading.tsx';
import { Notice } from './notice.tsx';

/** Shows data once it is loaded; an error comes with a way to try again, and old figures with their time. */
export function Loaded<T>({ of, children }: { of: Query<T>; children: (data: T) => ComponentChildren }) {
  const { data, at, problem, loading, reload } = of;
  const isAway = useConnection() === 'lost';
  const isOld = data !== undefined && (isAway || Boolean(problem));
  // while the server is away one notice above the page says it for all its parts
  const isSaid = isAway && data !== undefined && problem?.kind === 'unreachable';
  return (
    <>
      {problem && !isSaid && (
        <Notice tone="stop" title={problem.message}>
          <button type="button" onClick={reload} disabled={loading}>
            Try again
          </button>
        </Notice>
      )}
      {data !== undefined && (
        <div class={isOld ? 'old' : undefined}>
          {isOld && at && <p class="as-of small">As of {timeOfDay(at)}</p>}
          <Boundary part="This part" of={data}>
            <Drawn data={data} draw={children} />
          </Boundary>
        </div>
      )}
      {data === undefined && !problem && <Loading />}
    </>
  );
}

/** Draws inside the boundary, where an exception is caught. */
function Drawn<T>({ data, draw }: { data: T; draw: (data: T) => ComponentChildren }) {
  return <>{draw(data)}</>;
}
