import type { PatchStep } from '../../protocol/formats/payload/patch-steps.ts';
import { maxOperationLength, type PayloadPart } from '../../protocol/formats/payload/payload.ts';

/** The next bytes of a part and where they come from; `same`: those very bytes, with no difference. */
export interface Piece extends PatchStep {
  part: PayloadPart;
  same: boolean;
}

/** An operation to be: what it covers, and the steps that give its bytes or nearly its bytes. */
export interface Draft {
  kind: 'copy' | 'patch' | 'data';
  part: PayloadPart;
  offset: number;
  length: number;
  steps: PatchStep[];
}

/** Bytes of one patch: files that lie side by side share streams, and the agent's memory stays small. */
const patchLength = 2 * 1024 * 1024;
/** A frame of new bytes, as in full payloads. */
const dataLength = 1024 * 1024;
/** A copy this long is worth an operation of its own. */
const ownCopyLength = 256 * 1024;

/** Cuts the pieces of a release, which come in order, into operations of bounded size. */
export async function* planOperations(regions: AsyncIterable<Iterable<Piece>>): AsyncGenerator<Draft> {
  const planner = openPlanner();
  for await (const pieces of regions) {
    for (const piece of pieces) planner.add(piece);
    yield* planner.take();
  }
  yield* planner.end();
}

function openPlanner() {
  const offsets = { root: 0, boot: 0 };
  let ready: Draft[] = [];
  let open: Draft | null = null;
  let last: Piece | null = null;

  const close = () => {
    if (open) ready.push(open.steps.every(({ space }) => space === null) ? { ...open, kind: 'data' } : open);
    open = null;
  };
  const append = (piece: Piece, kind: Draft['kind'], most: number) => {
    for (let done = 0; done < piece.length; ) {
      if (open && (open.part !== piece.part || open.kind !== kind || open.length >= most)) close();
      open ??= { kind, part: piece.part, offset: offsets[piece.part], length: 0, steps: [] };
      const length = Math.min(piece.length - done, most - open.length);
      open.steps.push({ space: piece.space, from: piece.space === null ? 0 : piece.from + done, length });
      open.length += length;
      offsets[piece.part] += length;
      done += length;
    }
  };
  const place = (piece: Piece) => {
    const isCopy = piece.same && piece.length >= ownCopyLength;
    if (isCopy) {
      close();
      append(piece, 'copy', maxOperationLength);
      close();
    } else if (piece.space === null && piece.length >= dataLength) {
      close();
      append(piece, 'data', dataLength);
      close();
    } else append(piece, 'patch', patchLength);
  };
  const take = () => {
    const taken = ready;
    ready = [];
    return taken;
  };
  return {
    /** What lies side by side in both images is joined: long stretches of unchanged files become one. */
    add(piece: Piece) {
      if (piece.length === 0) return;
      if (last && follows(last, piece)) {
        last.length += piece.length;
        return;
      }
      if (last) place(last);
      last = { ...piece };
    },
    take,
    end() {
      if (last) place(last);
      close();
      return take();
    },
  };
}

function follows(last: Piece, { part, space, same, from }: Piece): boolean {
  return (
    last.part === part &&
    last.space === space &&
    last.same === same &&
    (space === null || last.from + last.length === from)
  );
}
