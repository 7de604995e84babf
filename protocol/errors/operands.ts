import type { ErrorCode, errorTable } from './error-table.ts';

/** The names in braces of a text: `'{what}: {problem}{lines?}'` has `what`, `problem` and `lines?`. */
type Placeholders<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;

type PlaceholdersOf<Code extends ErrorCode> = Placeholders<
  (typeof errorTable)[Code]['message'] | (typeof errorTable)[Code]['remedy']
>;

type Optional<Name> = Name extends `${infer Base}?` ? Base : never;
type Required<Name> = Name extends `${string}?` ? never : Name;

/** Facts for programs that no text shows: of an upload's range, the bytes that are there already. */
interface Facts {
  range_invalid: { received?: number };
}

/** The operands of a code: every `{name}` of its message and remedy; a `{name?}` may be absent. */
export type Operands<Code extends ErrorCode> = {
  [Name in Required<PlaceholdersOf<Code>> & string]: string | number;
} & { [Name in Optional<PlaceholdersOf<Code>>]?: string | number } & (Code extends keyof Facts
    ? Facts[Code]
    : unknown);

/** A code with its operands as a value, before it is thrown. */
export type Failure<Code extends ErrorCode = ErrorCode> = {
  [Each in Code]: { code: Each; details: Operands<Each> };
}[Code];

/** What follows the code when an error is made: its operands may be left out when it has none. */
export type OperandArguments<Code extends ErrorCode> =
  Record<never, never> extends Operands<Code>
    ? [details?: Operands<Code>, options?: ErrorOptions]
    : [details: Operands<Code>, options?: ErrorOptions];
