import type { Esp } from '../esp/esp.ts';
import { flushed, type Step } from '../esp/steps.ts';

const root = '.';

/** Deletes what `fsck.fat` saved of cut writes: it is never read, and after a few power cuts it would fill the ESP. */
export async function sweepSteps(esp: Esp): Promise<Step[]> {
  const files = (await esp.list(root)).filter((file) => /^FSCK\d{4}\.(REC|\d{3})$/i.test(file));
  return flushed(
    root,
    files.map((path) => ({ do: 'remove', path })),
  );
}
