import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { Patch } from '../../protocol/formats/payload/patch.ts';
import { longStep, maxPlaces, placeLength } from '../../protocol/formats/payload/patch-steps.ts';
import type { Space } from '../../protocol/formats/payload/payload.ts';
import type { OpenExtent } from '../slots/extent.ts';
import { giveBack } from './give-back.ts';

/** More than a patch has steps: place and number of a step make one number, which sorts fast. */
const stepRadix = 2 ** 20;

/** The short steps that read from one space. */
interface Wanted {
  extent: OpenExtent;
  froms: number[];
  lengths: number[];
  /** Where their bytes go. */
  tos: number[];
}

/**
 * Puts together what the steps of a patch give. Short steps are read in the order of their places in the image and not
 * in their own, each place once: a hundred thousand of them cost a few hundred reads. Throws `payload_invalid`.
 */
export async function readSteps(
  { steps, inserts }: Pick<Patch, 'steps' | 'inserts'>,
  bytes: Buffer,
  extentOf: (space: Space) => OpenExtent,
): Promise<void> {
  const wanted = new Map<Space, Wanted>();
  let to = 0;
  let taken = 0;
  for (const { space, from, length } of steps) {
    if (space === null) {
      inserts.copy(bytes, to, taken, taken + length);
      taken += length;
    } else if (length >= longStep) {
      await extentOf(space).read(from, length, bytes.subarray(to, to + length));
    } else {
      const list = wanted.get(space) ?? { extent: extentOf(space), froms: [], lengths: [], tos: [] };
      wanted.set(space, list);
      if (from + length > list.extent.size) throw invalid('the source is too short');
      list.froms.push(from);
      list.lengths.push(length);
      list.tos.push(to);
    }
    to += length;
  }
  let left = maxPlaces(bytes.length);
  for (const list of wanted.values()) left = await readShort(list, bytes, left);
}

/** Reads place after place; returns how many more may be read. */
async function readShort(wanted: Wanted, bytes: Buffer, most: number): Promise<number> {
  const { extent, froms, lengths, tos } = wanted;
  const order = Float64Array.from(
    froms,
    (from, index) => Math.floor(from / placeLength) * stepRadix + index,
  ).sort();
  const room = Buffer.allocUnsafeSlow(placeLength + longStep);
  let left = most;
  try {
    for (let rank = 0; rank < order.length; ) {
      const place = Math.floor(order[rank]! / stepRadix);
      let [start, end, next] = [Number.POSITIVE_INFINITY, 0, rank];
      for (; next < order.length && Math.floor(order[next]! / stepRadix) === place; next++) {
        const index = order[next]! % stepRadix;
        start = Math.min(start, froms[index]!);
        end = Math.max(end, froms[index]! + lengths[index]!);
      }
      if (left-- === 0) throw invalid('a patch that reads at too many places');
      const old = await extent.read(start, end - start, room);
      for (; rank < next; rank++) {
        const index = order[rank]! % stepRadix;
        const from = froms[index]! - start;
        old.copy(bytes, tos[index]!, from, from + lengths[index]!);
      }
    }
  } finally {
    giveBack(room);
  }
  return left;
}

function invalid(problem: string): InterlockError {
  return new InterlockError('payload_invalid', { problem });
}
