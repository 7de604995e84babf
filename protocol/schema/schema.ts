import { type Static, type TSchema, Type } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import type { ErrorCode } from '../errors/error-table.ts';
import { errorOf, type InterlockError } from '../errors/interlock-error.ts';
import type { Failure, Operands } from '../errors/operands.ts';
import { patterns } from './patterns.ts';
import { sentenceOf } from './problem-words.ts';

/** Lower-case hex SHA-256. */
export const Sha256 = Type.String({ pattern: patterns.sha256 });

/** A word that is safe in paths, URLs and metadata role names: names, channels, groups. */
export const Word = Type.String({ pattern: patterns.word });

/** A version string: see `version.ts` for its order. */
export const Version = Type.String({ pattern: patterns.version });

/** An id that one party made and others only repeat: of hosts, grants, rollouts, reports, boots. */
export const Id = Type.String({ pattern: patterns.id });

/** How many of something: never above what a JavaScript number holds exactly. */
export const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

/** A limit or a serial, which begins at one. */
export const Positive = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });

/** A size or offset in bytes. */
export const Bytes = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

/** How many lines a page of answers has, as a query word; each route has its own maximum. */
export const Limit = Type.Optional(Type.String({ pattern: patterns.limit }));

/** RFC 3339 time in UTC that the calendar has: `Date.parse` of it is a number. */
export const Time = Type.String({ pattern: patterns.time });

/** The architectures of images and hosts. */
export const Arch = Type.Union([Type.Literal('x86-64'), Type.Literal('arm64')]);
export type Arch = Static<typeof Arch>;

/** An object that refuses unknown keys. */
export function strict<T extends Parameters<typeof Type.Object>[0]>(properties: T) {
  return Type.Object(properties, { additionalProperties: false });
}

/** An object that lets unknown keys be: what programs of different ages say to each other. What is signed stays strict. */
export function extensible<T extends Parameters<typeof Type.Object>[0]>(properties: T) {
  return Type.Object(properties);
}

/** The fields of a value that its schema names; all others are dropped. */
export function knownFields<T extends ReturnType<typeof extensible>>(schema: T, value: Static<T>): Static<T> {
  const named = Object.keys(schema.properties).filter((key) => Object.hasOwn(value as object, key));
  return Object.fromEntries(named.map((key) => [key, value[key as keyof typeof value]])) as Static<T>;
}

/** What a schema describes, or null. */
export function orNull<T extends TSchema>(schema: T) {
  return Type.Union([schema, Type.Null()]);
}

/** The codes of untrusted data: their texts name it, as what it is, by its file or by its role, and the problem. */
type ParseCode = {
  [Code in ErrorCode]: Record<'what' | 'file' | 'role' | 'problem', string> extends Operands<Code>
    ? Code
    : never;
}[ErrorCode];

const compiled = new WeakMap<TSchema, Validator>();

/** Turns untrusted data into a typed value, or says which field is wrong. */
export function parse<T extends TSchema>(
  schema: T,
  value: unknown,
  what: string,
  code: ParseCode = 'bad_input',
): Static<T> {
  const problem = problemOf(schema, value);
  if (problem) throw invalid(code, what, problem);
  return value as Static<T>;
}

/** The first thing wrong with a value, in words, or nothing. */
export function problemOf(schema: TSchema, value: unknown): string | undefined {
  const validator = compiled.get(schema) ?? (Compile(schema) as Validator);
  compiled.set(schema, validator);
  if (validator.Check(value)) return undefined;
  const errors = validator.Errors(value);
  const extra = errors.find((e) => e.keyword === 'additionalProperties');
  if (extra) {
    const names = (extra.params as { additionalProperties: string[] }).additionalProperties;
    return `unknown key ${[extra.instancePath.slice(1), names[0]].filter(Boolean).join('/')}`;
  }
  const first = deepest(errors);
  return first ? sentenceOf(first, errors, value) : 'value is invalid';
}

/** Where several kinds of value are allowed, the mistake inside the kind that was meant, not that it is not another kind. */
function deepest<T extends { keyword: string; instancePath: string }>(errors: readonly T[]): T | undefined {
  const [first] = errors;
  if (first?.keyword !== 'type') return first;
  return errors.find(({ instancePath }) => instancePath.startsWith(`${first.instancePath}/`)) ?? first;
}

/** Parses JSON text and checks it in one step. */
export function parseJson<T extends TSchema>(
  schema: T,
  text: string | Uint8Array,
  what: string,
  code: ParseCode = 'bad_input',
): Static<T> {
  let value: unknown;
  try {
    value = JSON.parse(typeof text === 'string' ? text : Buffer.from(text).toString('utf8'));
  } catch (cause) {
    throw invalid(code, what, 'is not valid JSON', cause);
  }
  return parse(schema, value, what, code);
}

function invalid(code: ParseCode, what: string, problem: string, cause?: unknown): InterlockError {
  const details = { what, file: what, role: what, problem };
  return errorOf({ code, details } as Failure<ParseCode>, { cause });
}
