import type { Random } from './random.ts';

const odd = [
  '1e400',
  '-0.0',
  'nan',
  'inf',
  '99999999999999999999',
  '0x7fffffffffffffff',
  '2026-13-45',
  '9999-12-31T23:59:60Z',
  '""',
  '"\\u202e"',
  '"a\\tb"',
  '[]',
  '{}',
  '[[[[[]]]]]',
  'true',
  `"${'9'.repeat(5000)}"`,
  '"999999 weeks"',
  '"0 %"',
  '"-1 hour"',
  '{ __proto__ = 1 }',
  '"25:00"',
  '"Nowhere/Land"',
];
const lines = [
  '__proto__.x = 1',
  '[constructor]',
  '[[group]]',
  '[group.__proto__]',
  'a.b.c.d = 1',
  '[',
  '"""',
  '= 1',
];

/** Gives a key another value, or puts in, moves or takes out a line. */
export function mutateToml(input: Buffer, random: Random): Buffer {
  const text = input.toString('utf8').split('\n');
  const at = random.below(text.length);
  const line = text[at]!;
  switch (random.below(5)) {
    case 0:
      text.splice(at, 0, random.pick(lines));
      break;
    case 1:
      text.splice(at, 1);
      break;
    case 2:
      text.splice(random.below(text.length), 0, line);
      break;
    case 3:
      text[at] = line.replace(/=.*/, `= ${random.pick(odd)}`);
      break;
    default: {
      const values = [...line.matchAll(/"[^"]*"|\d+/g)];
      const { index, 0: value } = values[random.below(values.length)] ?? { index: 0, 0: '' };
      text[at] = line.slice(0, index) + random.pick(odd) + line.slice(index + value.length);
    }
  }
  return Buffer.from(text.join('\n'));
}
