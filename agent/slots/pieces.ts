import { alignedBuffer } from './aligned.ts';
import type { OpenExtent } from './extent.ts';

/** Bytes written at once; two such pieces are held, one filling while the disk writes the other. */
const pieceLength = 2 * 1024 * 1024;

/** Gathers what is written in a row into pieces and hands each over to be written while the next one fills. */
export class Pieces {
  readonly #writeOut: (bytes: Buffer, position: number) => Promise<void>;
  readonly #pieces = [alignedBuffer(pieceLength), alignedBuffer(pieceLength)] as const;
  #turn = 0;
  /** Where the filling piece begins. */
  #from = 0;
  #filled = 0;
  /** Bytes of the piece handed over last, which ends at `#from` unless something else was written then. */
  #before = { from: 0, length: 0 };
  #writing: Promise<void> = Promise.resolve();

  constructor(writeOut: (bytes: Buffer, position: number) => Promise<void>) {
    this.#writeOut = writeOut;
  }

  /** Lets `put` lay bytes straight into the pieces. */
  async fill(position: number, length: number, put: Parameters<OpenExtent['fill']>[2]): Promise<void> {
    if (position !== this.#from + this.#filled) {
      await this.#push();
      this.#from = position;
    }
    for (let done = 0; done < length; ) {
      if (this.#filled === pieceLength) await this.#push();
      const end = Math.min(pieceLength, this.#filled + length - done);
      const room = this.#filling.subarray(this.#filled, end);
      await put(room, done);
      this.#filled += room.length;
      done += room.length;
    }
  }

  /** Copies what is still held; false when it has to come from the disk. Frames refer to the bytes in front of them. */
  take(position: number, into: Buffer): boolean {
    const { from, length } = this.#before;
    const isInRow = from + length === this.#from;
    const start = isInRow ? from : this.#from;
    if (position < start || position + into.length > this.#from + this.#filled) return false;
    const split = Math.max(0, Math.min(into.length, this.#from - position));
    const offset = position - from;
    if (split > 0) this.#pieces[(this.#turn + 1) % 2]!.copy(into, 0, offset, offset + split);
    const rest = position + split - this.#from;
    if (split < into.length) this.#filling.copy(into, split, rest, rest + into.length - split);
    return true;
  }

  /** Returns when everything is written. */
  async settle(): Promise<void> {
    await this.#push();
    await this.#writing;
  }

  /** Waits for what is being written; `settle` has thrown its error already, or the caller gave up with one of its own. */
  async stop(): Promise<void> {
    await this.#writing.catch(() => {});
  }

  get #filling(): Buffer {
    return this.#pieces[this.#turn % 2]!;
  }

  /** Hands the piece over; returns when the one before it is written. */
  async #push(): Promise<void> {
    await this.#writing;
    if (this.#filled === 0) return;
    this.#writing = this.#writeOut(this.#filling.subarray(0, this.#filled), this.#from);
    // it is awaited, and thrown, by the next call
    this.#writing.catch(() => {});
    this.#turn++;
    this.#before = { from: this.#from, length: this.#filled };
    this.#from += this.#filled;
    this.#filled = 0;
  }
}
