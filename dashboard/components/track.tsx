import type { RolloutSummary } from '../../protocol/api/rollout.ts';
import { count, percent } from '../format/size.ts';

interface TrackProps {
  of: Pick<RolloutSummary, 'percent' | 'inFlight' | 'confirmed' | 'failed' | 'active'>;
  /** Percentages at which the ramp stops for a while. */
  stations?: readonly number[];
}

/** How far a release has come through its fleet, as a line with a signal at which the ramp lets nobody pass yet. */
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
  const says = `${count(confirmed)} confirmed, ${count(inFlight)} under way, ${count(failed)} failed of ${count(active)} hosts; the ramp lets ${percent(planned / 100)} go`;
  return (
    <div class="track" role="img" aria-label={says}>
      <div class="rails">
        {parts.map(([kind, hosts]) =>
          hosts > 0 ? <i key={kind} class={kind} style={{ width: `${(hosts / all) * 100}%` }} /> : null,
        )}
      </div>
      {stations?.map((at) => (
        <span key={at} class="station" style={{ left: `${at}%` }}>
          {at} %
        </span>
      ))}
      <span class="ramp-mark" style={{ left: `${Math.min(planned, 100)}%` }} />
    </div>
  );
}

/** What the line's colours mean, in words and figures. */
export function TrackFigures({ of: { percent: planned, inFlight, confirmed, failed, active } }: TrackProps) {
  return (
    <ul class="figures">
      <li>
        <i class="dot confirmed" /> <b>{count(confirmed)}</b> confirmed
      </li>
      <li>
        <i class="dot moving" /> <b>{count(inFlight)}</b> under way
      </li>
      <li>
        <i class="dot failed" /> <b>{count(failed)}</b> failed
      </li>
      <li class="quiet">
        of <b>{count(active)}</b> hosts; the ramp stands at <b>{percent(planned / 100)}</b>
      </li>
    </ul>
  );
}
