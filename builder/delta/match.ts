/** A stretch of the new bytes: `add` is the old bytes from `from` on plus a difference, `insert` stands for itself. */
export interface Match {
  kind: 'add' | 'insert';
  length: number;
  /** Where the old bytes begin; 0 for an insert. */
  from: number;
}

/** Bytes that are hashed to find where two files may agree; shorter agreements are noise in machine code. */
const seed = 8;
/** Places with the same hash that are compared; more costs time in repetitive files and finds little. */
const depth = 24;
/** Above this size every fourth place is indexed, which keeps a 128 MiB file within 300 MiB of tables. */
const denseLimit = 32 * 1024 * 1024;
/** An agreement this long in line with the last one is taken without looking further. */
const goodEnough = 32;

/**
 * Finds how new bytes can be made of old ones: exact agreements are found by hash, then stretched in both directions
 * over mismatches as long as at least half of the bytes agree (Percival, "Naive differences of executable code", 2003).
 * The stretches cover the new bytes in order. Time and memory grow with the sizes alone.
 */
export function match(old: Buffer, next: Buffer): Match[] {
  const index = makeIndex(old);
  const stretches: Match[] = [];
  const size = next.length;
  let scan = 0;
  let length = 0;
  let at = 0;
  let lastScan = 0;
  let lastAt = 0;
  let shift = 0;
  while (scan < size) {
    let score = 0;
    scan += length;
    let scored = scan;
    for (; scan < size; scan++) {
      length = agreement(old, scan + shift, next, scan);
      at = scan + shift;
      if (length < goodEnough) {
        const found = index.find(next, scan, length);
        if (found >= 0) {
          at = found;
          length = index.length;
        }
      }
      for (; scored < scan + length; scored++) if (old[scored + shift] === next[scored]) score++;
      if ((length === score && length !== 0) || length > score + seed) break;
      if (old[scan + shift] === next[scan]) score--;
    }
    if (length === score && scan < size) continue;

    let ahead = forwards(old, lastAt, next, lastScan, scan);
    let back = scan < size ? backwards(old, at, next, scan, lastScan) : 0;
    const overlap = lastScan + ahead - (scan - back);
    if (overlap > 0) {
      const keep = divide(old, lastAt + ahead - overlap, at - back, next, scan - back, overlap);
      ahead += keep - overlap;
      back -= keep;
    }
    if (ahead > 0) stretches.push({ kind: 'add', length: ahead, from: lastAt });
    const rest = scan - back - (lastScan + ahead);
    if (rest > 0) stretches.push({ kind: 'insert', length: rest, from: 0 });
    lastScan = scan - back;
    lastAt = at - back;
    shift = at - scan;
  }
  return stretches;
}

interface Index {
  /** The place in the old bytes that agrees longest with `next` from `at` on, and longer than `floor`; or −1. */
  find(next: Buffer, at: number, floor: number): number;
  /** How long the last found place agrees. */
  length: number;
}

function makeIndex(old: Buffer): Index {
  const step = old.length > denseLimit ? 4 : 1;
  const bits = Math.min(26, Math.max(10, 32 - Math.clz32(old.length / step)));
  const drop = 32 - bits;
  const heads = new Int32Array(1 << bits).fill(-1);
  const chain = new Int32Array(Math.ceil(old.length / step));
  for (let at = 0; at + seed <= old.length; at += step) {
    if (at > 0 && isRun(old, at)) {
      chain[at / step] = -2;
      continue;
    }
    const slot = hashAt(old, at) >>> drop;
    chain[at / step] = heads[slot]!;
    heads[slot] = at / step;
  }
  const index: Index = {
    length: 0,
    find(next, at, floor) {
      if (at + seed > next.length) return -1;
      let best = -1;
      let most = floor;
      let tries = depth;
      for (let place = heads[hashAt(next, at) >>> drop]!; place >= 0 && tries > 0; place = chain[place]!) {
        const from = place * step;
        tries--;
        if (most > 0 && old[from + most] !== next[at + most]) continue;
        const length = agreement(old, from, next, at);
        if (length > most) {
          most = length;
          best = from;
        }
      }
      index.length = most;
      return best;
    },
  };
  return index;
}

/** Inside a run of one byte every place would hash alike; its start stands for all. */
function isRun(bytes: Buffer, at: number): boolean {
  const value = bytes[at - 1];
  for (let i = 0; i < seed; i++) if (bytes[at + i] !== value) return false;
  return true;
}

function hashAt(bytes: Buffer, at: number): number {
  const low = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
  const high = bytes[at + 4]! | (bytes[at + 5]! << 8) | (bytes[at + 6]! << 16) | (bytes[at + 7]! << 24);
  const mixed = Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca77);
  return Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae3d);
}

function agreement(old: Buffer, from: number, next: Buffer, at: number): number {
  if (from < 0) return 0;
  const most = Math.min(old.length - from, next.length - at);
  let length = 0;
  while (length < most && old[from + length] === next[at + length]) length++;
  return length;
}

/** How far the last agreement reaches ahead, up to `end`. */
function forwards(old: Buffer, from: number, next: Buffer, at: number, end: number): number {
  let same = 0;
  let best = 0;
  let length = 0;
  const most = Math.min(end - at, old.length - from);
  for (let i = 0; i < most; ) {
    if (old[from + i] === next[at + i]) same++;
    i++;
    if (same * 2 - i > best) {
      best = same * 2 - i;
      length = i;
    }
  }
  return length;
}

/** How far the new agreement reaches back, down to `start`. */
function backwards(old: Buffer, from: number, next: Buffer, at: number, start: number): number {
  let same = 0;
  let best = 0;
  let length = 0;
  const most = Math.min(at - start, from);
  for (let i = 1; i <= most; i++) {
    if (old[from - i] === next[at - i]) same++;
    if (same * 2 - i > best) {
      best = same * 2 - i;
      length = i;
    }
  }
  return length;
}

/** Where both reach over the same bytes: how many of them the earlier one had better keep. */
function divide(
  old: Buffer,
  first: number,
  second: number,
  next: Buffer,
  at: number,
  overlap: number,
): number {
  let gain = 0;
  let best = 0;
  let keep = 0;
  for (let i = 0; i < overlap; i++) {
    if (next[at + i] === old[first + i]) gain++;
    if (next[at + i] === old[second + i]) gain--;
    if (gain > best) {
      best = gain;
      keep = i + 1;
    }
  }
  return keep;
}
