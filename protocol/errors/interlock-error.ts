import { visible, visibleLines } from '../text/visible.ts';
import { diskFailureOf } from './disk-failure.ts';
import { type ErrorCode, errorTable, type Row } from './error-table.ts';

/** The operands of a failure: names as in the table's message. */
export type Details = Record<string, string | number>;

/** Operands that are lines: what a tool printed, and lists that we made line by line. */
const ofLines: readonly string[] = ['output', 'lines'];

/** The one error class: a code of the table with its operands, so that every edge can print and map it alike. */
export class InterlockError extends Error {
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

/** Gives any thrown value a code, so that edges need one `catch`. */
export function asInterlockError(error: unknown): InterlockError {
  if (error instanceof InterlockError) return error;
  const disk = diskFailureOf(error);
  if (disk) return new InterlockError(disk.code, disk.details, { cause: error });
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
