import { visible, visibleLines } from '../../protocol/text/visible.ts';

/** The only place where commands write words: nothing that others named reaches a terminal as anything but characters. */
export function print(text: string, out: NodeJS.WritableStream = process.stdout): void {
  out.write(`${visibleLines(text)}\n`);
}

/** Writes CSV records, each with the line end of RFC 4180. */
export function printRecords(records: readonly string[], out: NodeJS.WritableStream = process.stdout): void {
  out.write(records.map((record) => `${visible(record)}\r\n`).join(''));
}
