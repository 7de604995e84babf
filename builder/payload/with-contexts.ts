import type { Stretch } from '../../protocol/formats/payload/payload.ts';
import { openAlike } from './find-similar.ts';
import { type PartHandles, readPart } from './part-files.ts';
import type { Extent } from './plan-full.ts';

/** Bytes written before an operation that its frame may refer to. */
const contextLength = 2 * 1024 * 1024;
/** More context than this for each byte packed would cost a host more than it saves. */
const contextShare = 4;

/** An extent and what its frame may refer to, if anything. */
export type InContext<E extends Extent> = E & { context: Stretch | null };

/**
 * Gives each extent of the root that `isPacked` the stretch before it that is most similar, anywhere in the root: programs
 * with the same libraries inside, modules of one kind. Extents of the boot file get what lies right before them.
 */
export async function* withContexts<E extends Extent>(
  extents: Iterable<E> | AsyncIterable<E>,
  parts: PartHandles,
  isPacked: (extent: E) => boolean,
): AsyncGenerator<InContext<E>> {
  const alike = openAlike((await parts.root.stat()).size);
  for await (const extent of extents) {
    const { part, offset, length } = extent;
    if (!isPacked(extent)) {
      yield { ...extent, context: null };
      continue;
    }
    const most = Math.min(offset, contextLength, contextShare * length);
    const from =
      part === 'root' ? alike.find(await readPart(parts.root, offset, length), offset, most) : offset - most;
    yield { ...extent, context: most > 0 ? { space: `target-${part}`, from, length: most } : null };
  }
}

/** For builds that are for trying out: frames stand alone, are made faster, and are kept for other builds. */
export function* withoutContexts<E extends Extent>(extents: Iterable<E>): Generator<InContext<E>> {
  for (const extent of extents) yield { ...extent, context: null };
}
