import type { PreviewAnswer } from '../../../protocol/api/rollout.ts';
import type { Drawing } from '../../components/drawing.ts';

const secondsOf = (time: string) => Date.parse(time) / 1000;
/** The last level is drawn for that share of the whole time. */
const tail = 0.04;
const shortest = 3600;

/** How many hosts may have started by when: all steps of a preview, one on the other. */
export function drawPlan({ steps, starts }: Pick<PreviewAnswer, 'steps' | 'starts'>): Drawing {
  const sums = new Map<number, number>();
  for (const { at, hosts } of steps) {
    if (at !== null) sums.set(secondsOf(at), (sums.get(secondsOf(at)) ?? 0) + hosts);
  }
  const dated = [...sums].toSorted(([a], [b]) => a - b);
  const first = Math.min(starts ? secondsOf(starts) : Number.POSITIVE_INFINITY, dated[0]?.[0] ?? 0);
  const last = dated.at(-1)?.[0] ?? first;
  let sum = 0;
  const rising = dated.map(([time, hosts]) => {
    sum += hosts;
    return [time, sum] as const;
  });
  const end = last + Math.max(shortest, (last - first) * tail);
  const points = [[first - 1, 0] as const, ...rising, [end, sum] as const];
  return {
    times: points.map(([time]) => time),
    unit: 'hosts',
    curves: [{ label: 'may have started', color: '--v2', stepped: true, values: points.map(([, n]) => n) }],
  };
}
