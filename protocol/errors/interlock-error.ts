import { visible, visibleLines } from '../text/visible.ts';
import { diskFailureOf } from './disk-failure.ts';
import { type ErrorCode, errorTable } from './error-table.ts';
import type { Failure, OperandArguments, Operands } from './operands.ts';
import type { Row } from './table/row.ts';

/** The operands of a failure: names as in the table's message. */
export type Details = Record<string, string | number>;

/** Operands that are lines: what a tool printed, and lists that we made line by line. */
const ofLines: readonly string[] = ['output', 'lines'];

/** What every error has; `InterlockError` makes them, with the operands checked against the table. */
class CodedError extends Error {
  readonly code: ErrorCode;
  readonly details: Details;

  constructor(code: ErrorCode, details: Details = {}, options?: ErrorOptions) {
    super(fill(errorTable[code].message, details), options);
    this.name = 'InterlockError';
    this.code = code;
    this.details = details;
  }

  get row(): Row {
    return errorTable[this.code];
  }

  /** The remedy with its operands filled in. */
  get remedy(): string {
    return fill(this.row.remedy, this.details);
  }
}

/** An error with a code of the table and its operands, so that every edge can print and map it alike. */
export type InterlockError = CodedError;

/** Makes one: the compiler refuses an operand that the code's texts do not name, and asks for those that they do. */
export const InterlockError: {
  new <Code extends ErrorCode>(code: Code, ...rest: OperandArguments<Code>): InterlockError;
  readonly prototype: InterlockError;
} = CodedError;

/** Makes an error of a failure that was found as a value. */
export function errorOf({ code, details }: Failure, options?: ErrorOptions): InterlockError {
  return new CodedError(code, details, options);
}

/** Whether something thrown has this code; then its operands are known. */
export function hasCode<Code extends ErrorCode>(
  error: unknown,
  code: Code,
): error is InterlockError & { code: Code; details: Operands<Code> } {
  return error instanceof InterlockError && error.code === code;
}

/** Gives any thrown value a code, so that edges need one `catch`. */
export function asInterlockError(error: unknown): InterlockError {
  if (error instanceof InterlockError) return error;
  const disk = diskFailureOf(error);
  if (disk) return errorOf(disk, { cause: error });
  const problem = error instanceof Error ? error.message : String(error);
  return new InterlockError('internal', { problem }, { cause: error });
}

/** Fills in operands; one with a question mark may be absent. */
function fill(text: string, details: Details): string {
  return text.replace(/\{(\w+)(\??)\}/g, (whole, name: string, optional: string) => {
    if (!Object.hasOwn(details, name)) return optional ? '' : whole;
    // any other operand with line breaks was written to look like more than one
    const show = ofLines.includes(name) ? visibleLines : visible;
    return show(String(details[name]));
  });
}
