import { gunzipSync } from 'node:zlib';
import type { Problem } from '../../protocol/user-data/problem.ts';

/** Bytes of user-data, unpacked: clouds take 16 to 64 KiB, a disk or fw_cfg more. */
const most = 1024 * 1024;

/** User-data as text and as it came. */
export interface Unpacked {
  text: string;
  bytes: Uint8Array;
}

/** User-data without its gzip, which may be around it once; or why it is none. */
export function unpack(given: Uint8Array): Unpacked | { problem: Pick<Problem, 'at' | 'text' | 'instead'> } {
  let bytes = given;
  if (given[0] === 0x1f && given[1] === 0x8b) {
    try {
      bytes = gunzipSync(given, { maxOutputLength: most });
    } catch (error) {
      const isLong = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
      return isLong
        ? tooLong('unpacked')
        : refuse('the gzip data is damaged', 'Pack it again: gzip -k FILE.');
    }
  }
  if (bytes.length > most) return tooLong('');
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { text, bytes };
  } catch {
    return refuse(
      'this is no text in UTF-8',
      'Save it as UTF-8, without a byte order mark of UTF-16; binary files go into write_files as base64.',
    );
  }
}

function tooLong(how: string) {
  const instead = 'Put large files into the image, or let a unit fetch them.';
  return refuse(`user-data is longer than ${most} bytes${how && ` when ${how}`}`, instead);
}

function refuse(text: string, instead: string) {
  return { problem: { at: { line: 1, column: 1 }, text, instead } };
}
