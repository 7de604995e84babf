import { canonicalJson } from '../../../protocol/formats/keys/canonical-json.ts';
import { visible } from '../../../protocol/text/visible.ts';

/**
 * What changes from one value to another, one line for each place in it, in canonical order. It knows no field by name, so
 * that a field added later shows too: two values without a difference here have the same canonical JSON.
 */
export function diffJson(before: unknown, after: unknown): string[] {
  const [old, now] = [places(before), places(after)];
  const names = [...new Set([...old.keys(), ...now.keys()])].toSorted();
  return names.flatMap((place) => {
    const [gone, come] = [old.get(place), now.get(place)];
    if (gone === come) return [];
    return [
      ...(gone === undefined ? [] : [`- ${place} ${gone}`]),
      ...(come === undefined ? [] : [`+ ${place} ${come}`]),
    ];
  });
}

/** Every place of a value that holds something, with what it holds; empty lists and objects are something too. */
function places(value: unknown): Map<string, string> {
  const found = new Map<string, string>();
  const walk = (place: string, held: unknown) => {
    const members = membersOf(held);
    if (members.length === 0)
      found.set(place || '.', visible(typeof held === 'number' ? String(held) : canonicalJson(held)));
    for (const [name, member] of members) walk(`${place}${name}`, member);
  };
  if (value !== undefined) walk('', value);
  return found;
}

function membersOf(held: unknown): [string, unknown][] {
  if (Array.isArray(held)) return held.map((member, index) => [`[${index}]`, member]);
  if (typeof held !== 'object' || held === null) return [];
  return Object.entries(held)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => [/^\w+$/.test(name) ? `.${name}` : `[${canonicalJson(name)}]`, member]);
}
