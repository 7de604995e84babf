import type { Random } from './random.ts';

const odd: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e300,
  -1e300,
  2 ** 53,
  '',
  'a',
  [],
  {},
  '__proto__',
  'constructor',
  'toString',
  '2026-13-45T99:99:99Z',
  '9999999999999999999',
  '\u001b[31m',
  '\u202e',
  '..',
  '../../etc',
  'é'.repeat(300),
  'a'.repeat(700),
  [[[[[[[[]]]]]]]],
  { __proto__x: 1 },
  '-',
  '0',
  '1e3',
  'sha256:x',
];
const names = ['__proto__', 'constructor', 'hasOwnProperty', 'format', 'version', 'size', '', 'x'];

/** Puts something odd at one place of a JSON text, or takes that place out; other bytes stay as they are. */
export function mutateJson(input: Buffer, random: Random): Buffer {
  let text: string;
  try {
    text = JSON.stringify(changed(JSON.parse(input.toString('utf8')), random));
  } catch {
    // no JSON any more, or nested deeper than it can be written
    return input;
  }
  if (random.below(50) === 0) {
    const depth = random.below(40) === 0 ? 60_000 : random.pick([20, 200, 900]);
    return Buffer.from('['.repeat(depth) + text + ']'.repeat(depth));
  }
  if (random.below(500) === 0) text = text.replace(/"[^"]*"/, `"${'a'.repeat(70_000)}"`);
  // not every name can be given to an object by assigning it
  return Buffer.from(text.replaceAll('__proto__x', '__proto__'));
}

function changed(value: unknown, random: Random): unknown {
  if (typeof value !== 'object' || value === null || random.below(6) === 0) return random.pick(odd);
  if (Array.isArray(value)) return changedList(value, random);
  const keys = Object.keys(value);
  const key = random.pick(keys.length > 0 ? keys : names);
  const rest = { ...value } as Record<string, unknown>;
  switch (random.below(8)) {
    case 0:
      delete rest[key];
      return rest;
    case 1:
      return { ...rest, [random.pick(names)]: random.pick(odd) };
    case 2:
      return Object.fromEntries(
        Object.entries(rest).map(([name, item]) => [name === key ? random.pick(names) : name, item]),
      );
    default:
      return { ...rest, [key]: changed(rest[key], random) };
  }
}

function changedList(list: unknown[], random: Random): unknown[] {
  if (list.length === 0) return [random.pick(odd)];
  const at = random.below(list.length);
  if (random.below(6) === 0)
    return [...list, ...new Array(random.below(40) === 0 ? 5000 : random.pick([1, 1, 40])).fill(list[at])];
  if (random.below(6) === 0) return list.toSpliced(at, 1);
  return list.with(at, changed(list[at], random));
}
