import type { RolloutSummary } from '../../protocol/api/rollout.ts';
import { count, percent } from '../format/size.ts';

interface TrackProps {
  of: Pick<RolloutSummary, 'percent' | 'inFlight' | 'confirmed' | 'failed' | 'active'>;
  /** Percentages at which the steps of the ramp lie. */
  stations?: readonly number[];
}

/** The progress of a rollout as a line, with marks for the steps of the ramp and for where it stands. */
export function Track({
  of: { percent: planned, inFlight, confirmed, failed, active },
  stations,
}: TrackProps) {
  const all = Math.max(active, confirmed + failed + inFlight, 1);
  const parts = [
    ['confirmed', confirmed],
    ['moving', inFlight],
    ['failed', failed],
  ] as const;
  const summary = `${count(confirmed)} confirmed, ${count(inFlight)} under way, ${count(failed)} failed of ${count(active)} hosts; the ramp is at ${percent(planned / 100)}`;
  return (
    <div class="track" role="img" aria-label={summary}>
      <div class="rails">
        {parts.map(([kind, hosts]) =>
          hosts > 0 ? <i key={kind} class={kind} style={{ width: `${(hosts / all) * 100}%` }} /> : null,
        )}
      </div>
      {stations?.map((station) => (
        <span key={station} class="station" style={{ left: `${station}%` }}>
          {station} %
        </span>
      ))}
      <span class="ramp-mark" style={{ left: `${Math.min(planned, 100)}%` }} />
    </div>
  );
}

/** The figures behind the line, with its colors. */
export function TrackFigures({
  of: { percent: planned, inFlight, confirmed, failed, active },
  failedPath,
}: TrackProps & { /** Where the failed hosts stand. */ failedPath: string }) {
  const lost = (
    <>
      <b>{count(failed)}</b> failed
    </>
  );
  return (
    <ul class="figures">
      <li>
        <i class="dot confirmed" /> <b>{count(confirmed)}</b> confirmed
      </li>
      <li>
        <i class="dot moving" /> <b>{count(inFlight)}</b> under way
      </li>
      <li>
        <i class="dot failed" /> {failed > 0 ? <a href={failedPath}>{lost}</a> : lost}
      </li>
      <li class="quiet">
        of <b>{count(active)}</b> hosts; the ramp is at <b>{percent(planned / 100)}</b>
      </li>
    </ul>
  );
}
