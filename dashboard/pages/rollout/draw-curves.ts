import type { CurveAnswer } from '../../../protocol/desk.ts';
import { alongTimes, type Drawing } from '../../parts/drawing.ts';

const seconds = (time: string) => Date.parse(time) / 1000;

/** The ramp as planned, to its end; what started and what was confirmed, up to now. */
export function drawProgress(curve: CurveAnswer, shape: 'staircase' | 'linear'): Drawing {
  const now = seconds(curve.now);
  const times = rowOf(curve, [...curve.planned.map(({ at }) => seconds(at)), now]);
  const share = (hosts: number) => (hosts * 100) / Math.max(curve.active, 1);
  const start = { time: times[0] ?? now, value: 0 };
  const actual = (pick: 'granted' | 'confirmed') => [
    start,
    ...curve.actual.map((point) => ({ time: seconds(point.at), value: share(point[pick]) })),
  ];
  const planned = curve.planned.map(({ at, percent }) => ({ time: seconds(at), value: percent }));
  return {
    times,
    unit: '%',
    max: 100,
    now,
    curves: [
      {
        label: 'planned',
        color: '--line-2',
        dashed: true,
        stepped: shape === 'staircase',
        values: alongTimes(times, planned, shape === 'staircase' ? 'hold' : 'climb'),
      },
      {
        label: 'started',
        color: '--v2',
        stepped: true,
        values: alongTimes(times, actual('granted'), 'hold', now),
      },
      {
        label: 'confirmed',
        color: '--go-lamp',
        stepped: true,
        values: alongTimes(times, actual('confirmed'), 'hold', now),
      },
    ],
  };
}

/** The rate over the time that has been, with the limit. */
export function drawFailures(curve: CurveAnswer): Drawing {
  const now = seconds(curve.now);
  const times = rowOf(curve, [now]);
  const points = curve.actual.flatMap(({ at, failureRate }) =>
    failureRate === null ? [] : [{ time: seconds(at), value: failureRate }],
  );
  const limit = curve.limit.percent;
  return {
    times,
    unit: '%',
    max: limit * 1.5,
    limits: [{ value: limit, label: `stop above ${limit} %` }],
    curves: [
      {
        label: 'failed',
        color: '--stop-lamp',
        stepped: true,
        values: alongTimes(times, points, 'hold', now),
      },
    ],
  };
}

/** Every time that anything happened at, once; from the beginning on. */
function rowOf(curve: CurveAnswer, more: readonly number[]): number[] {
  const all = [seconds(curve.starts), ...curve.actual.map(({ at }) => seconds(at)), ...more];
  return [...new Set(all)].toSorted((a, b) => a - b);
}
