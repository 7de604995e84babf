import type { Goal } from '../ports/trust.ts';
import type { Memory } from './memory.ts';

type Barred = Pick<Goal, 'version' | 'rootHash'>;

/** An operator gave it up here: it is not taken again by itself, under whatever version it comes. */
export function bar(memory: Memory, time: string, { version, rootHash }: Barred): Memory {
  const known = memory.barred?.[rootHash];
  const versions = [...new Set([...(known?.versions ?? []), version])];
  return { ...memory, barred: { ...memory.barred, [rootHash]: { versions, at: known?.at ?? time } } };
}

/** An operator wants it after all. */
export function unbar(
  { barred, ...memory }: Memory,
  isMeant: (rootHash: string, versions: readonly string[]) => boolean,
): Memory {
  const kept = Object.entries(barred ?? {}).filter(([hash, { versions }]) => !isMeant(hash, versions));
  return kept.length > 0 ? { ...memory, barred: Object.fromEntries(kept) } : memory;
}
