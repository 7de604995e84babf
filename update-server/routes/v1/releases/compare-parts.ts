import type { CompareAnswer } from '../../../../protocol/api/dashboard.ts';

/** What came, went and changed between two lists of parts, in the order of names. */
export function compareParts(
  from: ReadonlyMap<string, string>,
  to: ReadonlyMap<string, string>,
): Omit<CompareAnswer, 'from' | 'to'> {
  const names = [...new Set([...from.keys(), ...to.keys()])].toSorted();
  const answer: Omit<CompareAnswer, 'from' | 'to'> = { added: [], removed: [], changed: [], same: 0 };
  for (const name of names) {
    const [before, after] = [from.get(name), to.get(name)];
    if (before === undefined) answer.added.push({ package: name, version: after! });
    else if (after === undefined) answer.removed.push({ package: name, version: before });
    else if (before === after) answer.same++;
    else answer.changed.push({ package: name, from: before, to: after });
  }
  return answer;
}
