import type { CheckIn } from '../../protocol/api/check-in.ts';

const maxText = 1024;
const maxCancelled = 64;

/** A check-in without its empty newer fields, because older servers refuse fields that they do not know. */
export function withoutEmptyFields({ trouble, cancelled = [], labels = {}, ...rest }: CheckIn): CheckIn {
  return {
    ...rest,
    ...(cancelled.length > 0 ? { cancelled: cancelled.slice(-maxCancelled) } : {}),
    ...(Object.keys(labels).length > 0 ? { labels } : {}),
    ...(trouble ? { trouble: { code: trouble.code, text: trouble.text.slice(0, maxText) } } : {}),
  };
}

/** Whether a check-in has fields that an older server refuses. */
export function hasNewerFields({ trouble, cancelled, labels }: CheckIn): boolean {
  return trouble !== undefined || cancelled !== undefined || labels !== undefined;
}

/** The check-in that every server understands: an update matters more than what those fields report. */
export function withoutNewerFields({ trouble: _, cancelled: __, labels: ___, ...rest }: CheckIn): CheckIn {
  return rest;
}
