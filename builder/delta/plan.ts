import type { PatchStep } from '../../protocol/patch.ts';
import { maxOperationLength, type PayloadPart } from '../../protocol/payload.ts';

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

/** Cuts the pieces of a release, in order, into operations of bounded size. */
export function planOperations(pieces: readonly Piece[]): Draft[] {
  const drafts: Draft[] = [];
  const offsets = { root: 0, boot: 0 };
  let open: Draft | null = null;

  const close = () => {
    if (open) drafts.push(open);
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
  for (const piece of coalesce(pieces)) {
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
  }
  close();
  return drafts.map((draft) =>
    draft.steps.every(({ space }) => space === null) ? { ...draft, kind: 'data' } : draft,
  );
}

/** Joins what lies side by side in both images: long stretches of unchanged files become one. */
function coalesce(pieces: readonly Piece[]): Piece[] {
  const joined: Piece[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    const follows =
      last &&
      last.part === piece.part &&
      last.space === piece.space &&
      last.same === piece.same &&
      (piece.space === null || last.from + last.length === piece.from);
    if (follows) last.length += piece.length;
    else if (piece.length > 0) joined.push({ ...piece });
  }
  return joined;
}
