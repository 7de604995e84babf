import { InterlockError } from '../../protocol/errors/interlock-error.ts';

/** Cuts a stream of chunks into pieces of asked lengths, in order; holds one piece and one chunk. */
export interface FrameReader {
  /** The next `length` bytes; throws `payload_invalid` when the stream ends before. */
  take(length: number): Promise<Buffer>;
  /** Stops the stream behind it. */
  close(): Promise<void>;
}

/** Lets frames of known lengths be taken off a download one by one; throws what the download throws. */
export function readFrames(chunks: AsyncGenerator<Buffer>): FrameReader {
  let rest: Buffer = Buffer.alloc(0);
  return {
    async take(length) {
      const pieces: Buffer[] = [];
      let missing = length;
      while (missing > 0) {
        if (rest.length === 0) {
          const next = await chunks.next();
          if (next.done) throw new InterlockError('payload_invalid', { problem: `${missing} bytes short` });
          rest = next.value;
        }
        const piece = rest.subarray(0, missing);
        rest = rest.subarray(piece.length);
        missing -= piece.length;
        pieces.push(piece);
      }
      return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces, length);
    },
    async close() {
      await chunks.return(undefined);
    },
  };
}
