/** A line or an area over time; a value may be missing. */
export interface Curve {
  label: string;
  /** A colour of the style sheet, such as `--v1`. */
  color: string;
  values: readonly (number | null)[];
  dashed?: boolean;
  /** Holds its value until the next one. */
  stepped?: boolean;
}

/** What a chart shows, before anything is drawn. */
export interface Drawing {
  /** Seconds since 1970, rising. */
  times: readonly number[];
  curves: readonly Curve[];
  /** Areas upon each other, the first one at the bottom. */
  stacked?: boolean;
  /** Top of the scale, at least. */
  max?: number;
  unit: '%' | 'hosts';
  /** Values that must not be reached. */
  limits?: readonly { value: number; label: string }[];
  /** Where the past ends, in seconds. */
  now?: number;
}

/** Running sums: what is drawn where areas stand upon each other. */
export function stack(curves: readonly Curve[]): (number | null)[][] {
  let below: number[] = [];
  return curves.map(({ values }) => {
    const sums = values.map((value, at) => (below[at] ?? 0) + (value ?? 0));
    below = sums;
    return sums;
  });
}

/** Brings steps of several sources onto one row of times; before a source's first time there is nothing. */
export function alongTimes(
  times: readonly number[],
  points: readonly { time: number; value: number }[],
  between: 'hold' | 'climb' = 'hold',
  until = Number.POSITIVE_INFINITY,
): (number | null)[] {
  let next = 0;
  return times.map((time) => {
    while (next < points.length && points[next]!.time <= time) next++;
    const before = points[next - 1];
    const after = points[next];
    if (!before || time > until) return null;
    if (between === 'hold' || !after) return before.value;
    const share = (time - before.time) / (after.time - before.time);
    return before.value + share * (after.value - before.value);
  });
}

/** Which of many rows a table shows: evenly chosen, the last one always. */
export function thin(length: number, most: number): number[] {
  if (length <= most) return [...Array(length).keys()];
  return Array.from({ length: most }, (_, at) => Math.round((at * (length - 1)) / (most - 1)));
}
