import type { Labels } from './labels.ts';

/** Labels as one text in the order of their keys, the same for the same labels. */
export function formatLabels(labels: Labels = {}): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .toSorted()
    .join(',');
}
