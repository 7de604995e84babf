import { createHash } from 'node:crypto';
import type { Esp } from './esp.ts';
import { unsafe } from './unsafe.ts';

/** One change of the ESP. Verbs return lists of these, so that their order can be read, tested and cut anywhere. */
export type Step =
  | { do: 'write'; path: string; text: string }
  | { do: 'overwrite'; path: string; text: string }
  | { do: 'remove'; path: string }
  | { do: 'sync'; folder: string };

/**
 * What a verb does, in order: to the marks, to systemd-boot's entries, to the rest. GRUB's pointer is set before the
 * entries or after them, as the verb demands.
 */
export interface Change {
  marks: Step[];
  entries: Step[];
  rest: Step[];
}

/** Carries a verb's steps out in order; each is idempotent. */
export async function perform(esp: Esp, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    if (step.do === 'write') await esp.write(step.path, step.text);
    else if (step.do === 'overwrite') await overwrite(esp, step.path, step.text);
    else if (step.do === 'remove') await esp.remove(step.path);
    else await esp.sync(step.folder);
  }
}

/** No cache answers for the disk: what was written over is asked for again before the next step. */
async function overwrite(esp: Esp, path: string, text: string): Promise<void> {
  await esp.overwrite(path, text);
  const found = await esp.hash(path, { offset: 0, length: text.length });
  const written = createHash('sha256').update(text, 'latin1').digest('hex');
  if (found !== written) throw unsafe(`${path} does not read back as it was written`);
}

/** Steps in one folder and the flush after them; nothing when there are none. */
export function flushed(folder: string, steps: readonly Step[]): Step[] {
  return steps.length === 0 ? [] : [...steps, { do: 'sync', folder }];
}
