import type { Pace } from '../../protocol/documents/policy.ts';
import { percentAt } from '../../protocol/rules/ramp.ts';

/** A line or an area over time; a value may be missing. */
export interface Curve {
  label: string;
  /** A color of the style sheet, such as `--v1`. */
  color: string;
  values: readonly (number | null)[];
  dashed?: boolean;
  /** Drawn as steps: a value holds until the next one. */
  stepped?: boolean;
}

/** What a chart shows, before anything is drawn. */
export interface Drawing {
  /** Seconds since 1970, rising. */
  times: readonly number[];
  curves: readonly Curve[];
  /** Areas on top of each other, the first one at the bottom. */
  stacked?: boolean;
  /** Top of the scale, at least. */
  max?: number;
  unit: '%' | 'hosts';
  /** Values to stay below, drawn as lines. */
  limits?: readonly { value: number; label: string }[];
  /** The present, in seconds. */
  now?: number;
}

/** Running sums: the upper edges of stacked areas. */
export function stack(curves: readonly Curve[]): (number | null)[][] {
  let below: number[] = [];
  return curves.map(({ values }) => {
    const sums = values.map((value, index) => (below[index] ?? 0) + (value ?? 0));
    below = sums;
    return sums;
  });
}

/** Puts percentages from several sources on one row of times; before a source's first time there is nothing. */
export function alongTimes(
  times: readonly number[],
  points: readonly { time: number; value: number }[],
  shape: Pace['shape'] = 'staircase',
  until = Number.POSITIVE_INFINITY,
): (number | null)[] {
  const first = points[0]?.time ?? Number.POSITIVE_INFINITY;
  const ramp = points.map(({ time, value }) => ({ afterMs: time, percent: value }));
  return times.map((time) => (time < first || time > until ? null : percentAt({ ramp, shape }, time)));
}

/** Which of many rows a table shows: evenly chosen, always with the last. */
export function thin(length: number, most: number): number[] {
  if (length <= most) return [...Array(length).keys()];
  return Array.from({ length: most }, (_, index) => Math.round((index * (length - 1)) / (most - 1)));
}
