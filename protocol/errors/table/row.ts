/** When to try again: at once, after a wait, or not until something changes. */
export type Retry = 'now' | 'later' | 'never';

/** One line of the table. */
export interface Row {
  /** What happened; `{name}` is replaced by the operand of that name. */
  message: string;
  /** What the reader can do about it. */
  remedy: string;
  http: number;
  exit: number;
  retry: Retry;
}

/** A row whose texts keep their literal types: the operands of an error are read from them (`operands.ts`). */
export function row<Message extends string, Remedy extends string>(
  message: Message,
  remedy: Remedy,
  http: number,
  exit: number,
  retry: Retry,
): Row & { message: Message; remedy: Remedy } {
  return { message, remedy, http, exit, retry };
}
