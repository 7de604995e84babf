import { suggest } from '../text/suggest.ts';
import { labelMeanings } from './labels.ts';
import { patterns } from './patterns.ts';

/** An error of the schema library, as far as it is put into words here. */
export interface SchemaError {
  keyword: string;
  instancePath: string;
  params: object;
  message: string;
}

/** What a pattern asks for, in words: people read these messages. */
const meanings: ReadonlyMap<unknown, string> = new Map([
  [patterns.time, 'is not a calendar time in UTC, such as 2026-03-01T22:00:00Z'],
  [
    patterns.word,
    'is not a name: up to 63 lower-case letters, digits, “.” and “-”, the first a letter or digit',
  ],
  [patterns.version, 'is not a version: up to 63 letters, digits and . ~ ^ + -, the first a letter or digit'],
  [patterns.id, 'is not an id: 8 to 64 letters, digits and “-”'],
  [patterns.sha256, 'is not a SHA-256: 64 hexadecimal digits in lower case'],
  [patterns.limit, 'is not a number from 1 to 9999'],
  ...labelMeanings,
]);

/** One error as a sentence that begins with the field: the choices where there are some, and the one that was probably meant. */
export function sentenceOf(error: SchemaError, all: readonly SchemaError[], value: unknown): string {
  const place = error.instancePath.slice(1);
  if (error.keyword === 'required' && place === '') return `${missingIn(error)} is missing`;
  return `${place || 'value'} ${wordsOf(error, all, value)}`;
}

function missingIn({ params }: SchemaError): string {
  return (params as { requiredProperties: string[] }).requiredProperties.join(', ');
}

function wordsOf(error: SchemaError, all: readonly SchemaError[], value: unknown): string {
  const params = error.params as Record<string, unknown>;
  switch (error.keyword) {
    case 'enum':
      return choice(valueAt(value, error.instancePath), params.allowedValues as unknown[]);
    case 'const': {
      const same = all.filter(
        ({ keyword, instancePath }) => keyword === 'const' && instancePath === error.instancePath,
      );
      const choices = same.map((each) => (each.params as { allowedValue: unknown }).allowedValue);
      return choice(valueAt(value, error.instancePath), choices);
    }
    case 'required':
      return `lacks ${missingIn(error)}`;
    case 'minLength':
      return params.limit === 1 ? 'is empty' : `has fewer than ${params.limit} characters`;
    case 'maxLength':
      return `has more than ${params.limit} characters`;
    case 'maxItems':
      return `has more than ${params.limit} entries`;
    case 'pattern':
      return meanings.get(params.pattern) ?? error.message;
    default:
      return error.message;
  }
}

const longestShown = 64;

function choice(given: unknown, choices: readonly unknown[]): string {
  const names = choices.map(String);
  const shown = typeof given === 'string' && given.length <= longestShown ? `${given} ` : '';
  const meant = typeof given === 'string' ? suggest(given.slice(0, longestShown), names) : undefined;
  const rule = names.length === 1 ? `is not ${names[0]}` : `is not one of ${names.join(', ')}`;
  return `${shown}${rule}${meant && names.length > 1 ? `; did you mean ${meant}?` : ''}`;
}

function valueAt(value: unknown, path: string): unknown {
  return path
    .split('/')
    .slice(1)
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], value);
}
