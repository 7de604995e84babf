import type { Random } from './random.ts';

const odd = [
  'off',
  '0644',
  '1e400',
  '~',
  '""',
  '[]',
  '{}',
  '{a: b, a: c}',
  '&a [*a]',
  '*a',
  '!!binary aGFsbG8=',
  '!!python/object:a b',
  '!<tag:yaml.org,2002:int> x',
  '2026-13-45',
  '1:99:99',
  '|2-',
  '>+9',
  '"\\u202e\\x00"',
  "'",
  '? a',
  '- - - - a',
  '[[[[[[[[[[',
  '# x',
  '%YAML 9.9',
  '---',
  '...',
  '<<: *a',
  '__proto__: {x: 1}',
  '\t',
  '\u2028',
  '9'.repeat(400),
  'a'.repeat(2000),
  '$private_ipv4',
];

/** Gives a key another value, or puts in, moves, indents or takes out a line. */
export function mutateYaml(input: Buffer, random: Random): Buffer {
  const text = input.toString('utf8').split('\n');
  const at = random.below(text.length);
  const line = text[at]!;
  switch (random.below(6)) {
    case 0:
      text.splice(at, 0, random.pick(odd));
      break;
    case 1:
      text.splice(at, 1 + random.below(3));
      break;
    case 2:
      text.splice(random.below(text.length), 0, line);
      break;
    case 3:
      text[at] = line.replace(/:.*/, `: ${random.pick(odd)}`);
      break;
    case 4:
      text[at] = `${' '.repeat(random.below(9))}${line.trimStart()}`;
      break;
    default: {
      const words = [...line.matchAll(/[\w./-]+/g)];
      const { index, 0: word } = words[random.below(words.length)] ?? { index: 0, 0: '' };
      text[at] = line.slice(0, index) + random.pick(odd) + line.slice(index + word.length);
    }
  }
  return Buffer.from(text.join('\n'));
}
