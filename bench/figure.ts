import { InterlockError } from '../protocol/errors/interlock-error.ts';

/** What a benchmark measured. With a peer, its limit is one of the ratio `value / peerValue`; alone, of the value. */
export interface Measured {
  figure: string;
  value: number;
  unit: string;
  /** What did the same work in the same run. */
  peer?: string;
  peerValue?: number;
  /** More is missed. */
  atMost?: number;
  /** Less is missed. */
  atLeast?: number;
}

/** A figure as `--json` prints it; `ok` is null where nothing was aimed at. */
export interface Figure {
  figure: string;
  value: number;
  unit: string;
  peer: string | null;
  peerValue: number | null;
  ratio: number | null;
  target: number | null;
  ok: boolean | null;
}

/** Lays what was measured beside what was aimed at. Throws `usage` for a value that is not a number: a benchmark that measured nothing has failed. */
export function judge({ figure, value, unit, peer, peerValue, atMost, atLeast }: Measured): Figure {
  const ratio = peerValue === undefined ? null : value / peerValue;
  const compared = ratio ?? value;
  if (!Number.isFinite(compared)) {
    throw new InterlockError('usage', {
      problem: `${figure}: ${value} against ${peerValue} is not a figure`,
    });
  }
  const target = atMost ?? atLeast ?? null;
  const ok = target === null ? null : compared <= (atMost ?? Infinity) && compared >= (atLeast ?? -Infinity);
  return { figure, value, unit, peer: peer ?? null, peerValue: peerValue ?? null, ratio, target, ok };
}
