import type { CheckIn } from '../../protocol/api/check-in.ts';

const maxText = 1024;
const maxCancelled = 64;

/** A check-in without fields that say nothing: servers made before them refuse them. */
export function worthSaying({ trouble, cancelled = [], ...rest }: CheckIn): CheckIn {
  return {
    ...rest,
    ...(cancelled.length > 0 ? { cancelled: cancelled.slice(-maxCancelled) } : {}),
    ...(trouble ? { trouble: { code: trouble.code, text: trouble.text.slice(0, maxText) } } : {}),
  };
}

/** Whether a check-in says something that an earlier server refuses. */
export function hasNews({ trouble, cancelled }: CheckIn): boolean {
  return trouble !== undefined || cancelled !== undefined;
}

/** The check-in that every server understands: to be let on matters more than to tell all. */
export function withoutNews({ trouble: _, cancelled: __, ...rest }: CheckIn): CheckIn {
  return rest;
}
