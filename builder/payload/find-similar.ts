/** Remembers an image from its start on, and finds in what it saw the stretch that is most like the bytes that follow. */
export interface Alike {
  /**
   * Where the `length` bytes begin that have most in common with `bytes`, which lie at `offset`; those right before them
   * unless others are clearly better. Calls come in the image's order; what was passed over is not found.
   */
  find(bytes: Buffer, offset: number, length: number): number;
}

/** One position in so many is remembered: where the upper bits of a hash of the 32 bytes before it are zero. */
const oneIn = 128;
const upper = (oneIn - 1) << 25;
/** Stretches begin at blocks, to which files are aligned: a file that moves keeps the same neighbours. */
const block = 4096;
/** What lies right before is held by the host, and alike in more than exact matches: others must have so much more. */
const clearly = 1.25;

/** Takes about a byte of memory for ten of the image's `size`. */
export function openAlike(size: number): Alike {
  const bits = Math.max(10, Math.min(24, Math.ceil(Math.log2(size / oneIn + 1))));
  const blocks = new Uint32Array(1 << bits);
  const hashes = new Int32Array(1 << bits);
  return {
    find(bytes, offset, length) {
      const found: number[] = [];
      eachSample(bytes, (hash, at) => {
        const slot = Math.imul(hash, 0x9e3779b1) >>> (32 - bits);
        if (hashes[slot] === hash && blocks[slot]! * block < offset) found.push(blocks[slot]!);
        hashes[slot] = hash;
        blocks[slot] = Math.floor((offset + at) / block);
      });
      const before = Math.max(0, offset - length);
      const best = densest(
        found.sort((a, b) => a - b),
        length / block,
      );
      const near = found.filter((at) => at * block >= before).length;
      return best.count > near * clearly ? Math.min(best.from * block, before) : before;
    },
  };
}

/** Where `width` blocks in a row hold most of the sorted places. */
function densest(places: readonly number[], width: number): { from: number; count: number } {
  let best = { from: 0, count: 0 };
  for (let first = 0, end = 0; first < places.length; first++) {
    const from = places[first]!;
    while (end < places.length && places[end]! < from + width) end++;
    if (end - first > best.count) best = { from, count: end - first };
  }
  return best;
}

/** Walks over a hash of the last 32 bytes ("gear", Xia et al., "Ddelta", 2014) and stops at the samples; a run of one byte is one. */
function eachSample(bytes: Buffer, use: (hash: number, at: number) => void): void {
  const { length } = bytes;
  let hash = -1;
  let last = hash;
  for (let at = 0; at < length; at++) {
    hash = ((hash << 1) + gear[bytes[at]!]!) | 0;
    if ((hash & upper) !== 0 || hash === last) continue;
    last = hash;
    use(hash, at);
  }
}

/** A number for each byte value, as unlike each other as can be. */
const gear = Int32Array.from({ length: 256 }, (_, value) => {
  let mixed = Math.imul(value + 1, 0x9e3779b1);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
});
