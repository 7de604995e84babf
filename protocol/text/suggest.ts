/** The word that was most likely meant, for a message; undefined when none is close. */
export function suggest(word: string, known: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(word.length / 3));
  const near = known
    .map((name) => ({ name, distance: distance(word.toLowerCase(), name.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit)
    .toSorted((a, b) => a.distance - b.distance || begins(word, b.name) - begins(word, a.name));
  return near[0]?.name;
}

/** What there is of a kind that is named at once. */
const namedAtOnce = 10;

/** What stands behind “does not exist”: the word that was probably meant, or else what there is. */
export function whatThereIs(word: string, known: readonly string[]): string {
  const meant = suggest(word, known);
  if (meant !== undefined) return `; did you mean ${meant}?`;
  if (known.length === 0) return '';
  const named = known.slice(0, namedAtOnce).join(', ');
  const more = known.length > namedAtOnce ? `, and ${known.length - namedAtOnce} more` : '';
  return `; there ${known.length === 1 ? 'is' : 'are'} ${named}${more}`;
}

/** How many letters two words begin with alike: the first ones are mistyped least. */
function begins(word: string, name: string): number {
  const differs = [...word].findIndex((letter, at) => letter !== name[at]);
  return differs === -1 ? word.length : differs;
}

/** How many letters to add, drop, change or swap with the next (optimal string alignment), row by row. */
function distance(from: string, to: string): number {
  let before: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (let at = 0; at < to.length; at++) {
      const isSwap = index > 0 && at > 0 && to[at] === from[index - 1] && to[at - 1] === letter;
      const swapped = isSwap ? before[at - 1]! + 1 : Number.POSITIVE_INFINITY;
      const changed = row[at]! + (to[at] === letter ? 0 : 1);
      next.push(Math.min(changed, row[at + 1]! + 1, next[at]! + 1, swapped));
    }
    before = row;
    row = next;
  }
  return row.at(-1)!;
}
