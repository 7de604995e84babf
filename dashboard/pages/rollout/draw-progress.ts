import type { CurveAnswer } from '../../../protocol/api/dashboard.ts';
import type { PolicyText } from '../../../protocol/documents/policy.ts';
import { policyDefaults } from '../../../protocol/documents/policy-defaults.ts';
import { alongTimes, type Drawing } from '../../components/drawing.ts';

/** A jump of the plan is drawn as steep as that. */
const jumpSeconds = 1;
const seconds = (time: string) => Date.parse(time) / 1000;

/** The planned ramp to its end, and the started and confirmed hosts up to now. */
export function drawProgress(
  curve: CurveAnswer,
  { ramp, shape = policyDefaults.shape, canary }: PolicyText,
): Drawing {
  const now = seconds(curve.now);
  const all = curve.planned.map(({ at, percent }) => ({ time: seconds(at), value: percent }));
  const planned = all.map((point, index) =>
    all[index + 1]?.time === point.time ? { ...point, time: point.time - jumpSeconds } : point,
  );
  const times = rowOf(curve, [...planned.map(({ time }) => time), now]);
  const share = (hosts: number) => (hosts * 100) / Math.max(curve.active, 1);
  const start = { time: times[0] ?? now, value: 0 };
  const actual = (pick: 'granted' | 'confirmed') => [
    start,
    ...curve.actual.map((point) => ({ time: seconds(point.at), value: share(point[pick]) })),
  ];
  const [first] = planned;
  // the plan of a ramp that was stopped begins now: its beginning is added, unless the ramp has not begun
  const hasBegun = !canary && seconds(curve.starts) <= now;
  const atOnce = hasBegun && (!ramp?.[0] || ramp[0].start_after.startsWith('0 '));
  if (first && first.time > times[0]!) planned.unshift({ time: times[0]!, value: atOnce ? first.value : 0 });
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
        values: alongTimes(times, planned, shape),
      },
      {
        label: 'started',
        color: '--v2',
        stepped: true,
        values: alongTimes(times, actual('granted'), 'staircase', now),
      },
      {
        label: 'confirmed',
        color: '--go-lamp',
        stepped: true,
        values: alongTimes(times, actual('confirmed'), 'staircase', now),
      },
    ],
  };
}

/** The failure rate up to now, with the limit; gray while too few hosts have finished for the limit to apply. */
export function drawFailures(curve: CurveAnswer): Drawing {
  const now = seconds(curve.now);
  const times = rowOf(curve, [now]);
  const points = curve.actual.flatMap(({ at, failureRate }) =>
    failureRate === null ? [] : [{ time: seconds(at), value: failureRate }],
  );
  const { percent: limit, sample } = curve.limit;
  const judged = curve.actual.find(({ confirmed, failed }) => confirmed + failed >= sample);
  const since = judged ? seconds(judged.at) : Number.POSITIVE_INFINITY;
  const values = alongTimes(times, points, 'staircase', now);
  const line = { color: '--stop-lamp', stepped: true };
  return {
    times,
    unit: '%',
    max: limit * 1.5,
    limits: [{ value: limit, label: `halts above ${limit} %` }],
    curves: [
      {
        ...line,
        label: 'failed',
        values: values.map((value, index) => (times[index]! >= since ? value : null)),
      },
      {
        ...line,
        label: `fewer than ${sample} hosts finished`,
        color: '--line-2',
        dashed: true,
        values: values.map((value, index) => (times[index]! <= since ? value : null)),
      },
    ],
  };
}

/** Every time at which something happened, each once, in order. */
function rowOf(curve: CurveAnswer, more: readonly number[]): number[] {
  const all = [seconds(curve.starts), ...curve.actual.map(({ at }) => seconds(at)), ...more];
  return [...new Set(all)].toSorted((a, b) => a - b);
}
