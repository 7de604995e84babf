import type { Random } from './random.ts';
import type { FuzzTarget } from './target.ts';

/** No input is longer: what grows faster than its input shows below that already. */
export const longestInput = 256 * 1024;
/** Most inputs are little longer than what they are made of: a long one takes the time of hundreds. */
const mostAdded = 2048;
const isLongOneIn = 100;

const numbers = [
  0,
  1,
  2,
  4,
  12,
  31,
  127,
  128,
  255,
  256,
  4095,
  4096,
  65535,
  65536,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
];
const large = [2n ** 53n - 1n, 2n ** 53n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n, 2n ** 40n, 0n, 1n];

type Change = (input: Buffer, random: Random) => Buffer;

const changes: Change[] = [
  (input, random) => withBytes(input, random, 1, (bytes) => bytes.writeUInt8(random.below(256))),
  (input, random) =>
    withBytes(input, random, 1, (bytes) => bytes.writeUInt8(bytes.readUInt8() ^ (1 << random.below(8)))),
  (input, random) =>
    withBytes(input, random, 2, (bytes) => bytes.writeUInt16LE(random.pick(numbers) & 0xffff)),
  (input, random) => withBytes(input, random, 4, (bytes) => bytes.writeUInt32LE(random.pick(numbers))),
  (input, random) => withBytes(input, random, 4, (bytes) => bytes.writeUInt32BE(random.pick(numbers))),
  (input, random) => withBytes(input, random, 8, (bytes) => bytes.writeBigUInt64LE(random.pick(large))),
  (input, random) => input.subarray(0, random.below(input.length + 1)),
  (input, random) => {
    const [at, length] = stretchOf(input, random);
    return Buffer.concat([input.subarray(0, at), input.subarray(at + length)]);
  },
  (input, random) => {
    const [at, length] = stretchOf(input, random);
    const times = random.pick([1, 1, 2, 16, 300]);
    const copies = new Array<Buffer>(times).fill(input.subarray(at, at + length));
    return Buffer.concat([input.subarray(0, at), ...copies, input.subarray(at)]);
  },
  (input, random) => {
    const [at, length] = stretchOf(input, random);
    const to = random.below(input.length + 1);
    const copy = Buffer.from(input);
    input.copy(copy, to, at, at + length);
    return copy;
  },
];

/** A changed copy of one of the inputs; now and then two are joined. */
export function mutate(target: FuzzTarget, corpus: readonly Buffer[], random: Random): Buffer {
  let input = random.pick(corpus);
  const longest =
    random.below(isLongOneIn) === 0 ? longestInput : Math.min(longestInput, input.length + mostAdded);
  if (random.below(20) === 0) {
    const other = random.pick(corpus);
    input = Buffer.concat([
      input.subarray(0, random.below(input.length + 1)),
      other.subarray(random.below(other.length + 1)),
    ]);
  }
  for (let left = 1 + random.below(random.pick([1, 2, 8])); left > 0; left--) {
    const own = target.mutate && random.below(2) === 0;
    input = own ? target.mutate!(input, random) : random.pick(changes)(input, random);
    input = Buffer.from(input.subarray(0, longest));
  }
  return target.repair && random.below(8) > 0 ? target.repair(input, random) : input;
}

function withBytes(input: Buffer, random: Random, length: number, write: (bytes: Buffer) => void): Buffer {
  const copy = Buffer.from(input);
  if (copy.length < length) return copy;
  const at = random.below(copy.length - length + 1);
  write(copy.subarray(at, at + length));
  return copy;
}

function stretchOf(input: Buffer, random: Random): [at: number, length: number] {
  const at = random.below(input.length + 1);
  return [at, Math.min(input.length - at, 1 + random.below(random.pick([4, 32, 512, 8192])))];
}
