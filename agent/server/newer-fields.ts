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
function hasNewerFields({ trouble, cancelled }: CheckIn): boolean {
  return trouble !== undefined || cancelled !== undefined;
}

/**
 * A check-in as ever older servers understand it, the newest form first: an update matters more than what the newer
 * fields report, and each is left out only where it must be.
 */
export function formsOf(checkIn: CheckIn): CheckIn[] {
  const { pollSeconds, labels, ...former } = checkIn;
  const { trouble: _, cancelled: __, ...oldest } = former;
  return [
    checkIn,
    ...(pollSeconds === undefined && labels === undefined ? [] : [former]),
    ...(hasNewerFields(former) ? [oldest] : []),
  ];
}
