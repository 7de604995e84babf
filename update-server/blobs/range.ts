/** What part of a file a request gets: all of it, bytes `start` to `end` (both included), or nothing. */
export type Wanted = { start: number; end: number; partial: boolean } | 'unsatisfiable';

/**
 * Reads a Range header (RFC 9110 §14). Anything but one `bytes` range is ignored, as is a range whose If-Range
 * names another version; a range beyond the end is unsatisfiable.
 */
export function wantedRange(
  size: number,
  range: string | undefined,
  ifRange: string | undefined,
  etag: string,
): Wanted {
  const all: Wanted = { start: 0, end: size - 1, partial: false };
  if (range === undefined || (ifRange !== undefined && ifRange !== etag)) return all;
  const [, first = '', last = ''] = /^bytes=\s*(\d*)-(\d*)\s*$/i.exec(range) ?? [];
  if (first === '' && last === '') return all;
  if (first === '') return lastBytes(size, Number(last));
  const start = Number(first);
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== '' && Number(last) < start) return all;
  if (start >= size) return 'unsatisfiable';
  return { start, end, partial: true };
}

function lastBytes(size: number, count: number): Wanted {
  if (count === 0 || size === 0) return 'unsatisfiable';
  return { start: Math.max(0, size - count), end: size - 1, partial: true };
}

/** Bytes `from` to `to` (both included) of an upload of `size` bytes. */
export interface UploadRange {
  from: number;
  to: number;
  size: number;
}

/** Reads `Content-Range: bytes from-to/size` of an upload, or nothing when it is none. */
export function parseContentRange(text: string | undefined): UploadRange | undefined {
  const [, from, to, size] = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(text ?? '') ?? [];
  if (!from || !to || !size) return undefined;
  const range = { from: Number(from), to: Number(to), size: Number(size) };
  return range.from <= range.to && range.to < range.size ? range : undefined;
}
