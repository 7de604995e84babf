import { RangeEncoder } from './range-encoder.ts';

/** Fixed in GRUB's decompressor: 3 bits of the byte before choose a literal's model, 2 bits of the position the rest. */
const literalBits = 3;
const positionStates = 4;
const states = 12;
const shortest = 3;
const longest = 273;
/** Longer searches gain less than a percent. */
const deepest = 64;

/**
 * Compresses as LZMA (the stream alone, without a header or an end mark), the same bytes for the same input on every
 * machine. It takes the longest match that it meets and nothing cleverer: a core image is a third of a megabyte.
 */
export function encodeLzma(input: Uint8Array): Buffer {
  const range = new RangeEncoder();
  const models = makeModels();
  const find = matchFinder(input);
  let state = 0;
  let distance = 1;
  for (let at = 0; at < input.length; ) {
    const match = find(at);
    const position = at % positionStates;
    const isMatch = match.length >= shortest;
    range.bit(models.isMatch, state * positionStates + position, isMatch ? 1 : 0);
    if (isMatch) {
      distance = match.distance;
      range.bit(models.isRepeated, state, 0);
      encodeLength(range, models.length, match.length - 2, position);
      encodeDistance(range, models, distance - 1, Math.min(match.length - 2, 3));
      state = state < 7 ? 7 : 10;
      at += match.length;
    } else {
      const model = ((input[at - 1] ?? 0) >> (8 - literalBits)) * 0x300;
      if (state < 7) range.tree(models.literal, model, 8, input[at]!);
      else encodeAfterMatch(range, models.literal, model, input[at]!, input[at - distance]!);
      state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
      at++;
    }
  }
  return range.finish();
}

interface Length {
  choices: Uint16Array;
  low: Uint16Array;
  middle: Uint16Array;
  high: Uint16Array;
}

function makeModels() {
  const model = (count: number) => new Uint16Array(count).fill(1024);
  const length: Length = {
    choices: model(2),
    low: model(positionStates * 8),
    middle: model(positionStates * 8),
    high: model(256),
  };
  return {
    isMatch: model(states * positionStates),
    isRepeated: model(states),
    literal: model(0x300 << literalBits),
    length,
    slot: model(4 * 64),
    near: model(115),
    align: model(16),
  };
}

/** A literal behind a match differs from the byte that would have gone on with it; that byte chooses the models. */
function encodeAfterMatch(
  range: RangeEncoder,
  models: Uint16Array,
  base: number,
  byte: number,
  expected: number,
): void {
  let node = 1;
  let same = 0x100;
  for (let shift = 7; shift >= 0; shift--) {
    const [bit, other] = [(byte >> shift) & 1, (expected >> shift) & 1];
    range.bit(models, base + same + (same === 0 ? 0 : other * 0x100) + node, bit);
    node = node * 2 + bit;
    if (bit !== other) same = 0;
  }
}

function encodeLength(
  range: RangeEncoder,
  { choices, low, middle, high }: Length,
  value: number,
  position: number,
): void {
  range.bit(choices, 0, value < 8 ? 0 : 1);
  if (value >= 8) range.bit(choices, 1, value < 16 ? 0 : 1);
  if (value < 8) range.tree(low, position * 8, 3, value);
  else if (value < 16) range.tree(middle, position * 8, 3, value - 8);
  else range.tree(high, 0, 8, value - 16);
}

/** `value` is the distance less one: its two highest bits and their place are the slot, the lower bits follow. */
function encodeDistance(
  range: RangeEncoder,
  { slot: slots, near, align }: ReturnType<typeof makeModels>,
  value: number,
  lengthState: number,
): void {
  const top = 31 - Math.clz32(value);
  const slot = value < 4 ? value : top * 2 + ((value >> (top - 1)) & 1);
  range.tree(slots, lengthState * 64, 6, slot);
  if (slot < 4) return;
  const bits = (slot >> 1) - 1;
  const base = (2 | (slot & 1)) << bits;
  if (slot < 14) {
    range.reverseTree(near, base - slot, bits, value - base);
  } else {
    range.direct((value - base) >> 4, bits - 4);
    range.reverseTree(align, 0, 4, (value - base) & 15);
  }
}

/** Finds the longest earlier run of bytes equal to those at a position; positions are asked for in rising order. */
function matchFinder(input: Uint8Array) {
  const heads = new Map<number, number>();
  const before = new Int32Array(input.length).fill(-1);
  let known = 0;
  const keyAt = (at: number) => input[at]! | (input[at + 1]! << 8) | (input[at + 2]! << 16);
  return (at: number): { length: number; distance: number } => {
    for (; known < at; known++) {
      before[known] = heads.get(keyAt(known)) ?? -1;
      heads.set(keyAt(known), known);
    }
    const best = { length: 0, distance: 0 };
    const limit = Math.min(longest, input.length - at);
    if (limit < shortest) return best;
    let candidate = heads.get(keyAt(at)) ?? -1;
    for (let depth = 0; candidate >= 0 && depth < deepest; depth++) {
      let length = 0;
      while (length < limit && input[candidate + length] === input[at + length]) length++;
      if (length > best.length) Object.assign(best, { length, distance: at - candidate });
      candidate = before[candidate]!;
    }
    return best;
  };
}
