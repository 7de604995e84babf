import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { addDelta } from '../builder/delta/add-delta.ts';
import type { PayloadFormat } from '../protocol/formats/payload/payload.ts';
import { line } from '../protocol/text/visible.ts';
import { answer, verb } from '../system/command/command.ts';
import { formatBytes, showProgress } from '../system/terminal/progress.ts';
import { payloadFormatOption } from './flags/payload-format.ts';

/** Adds `interlock delta`. */
export function addDeltaVerb(program: Command): void {
  verb(
    program,
    'delta <old> <new>',
    'Add a delta payload from an older release to a newer one; sign the newer release afterwards',
    'interlock delta releases/core-1-x86-64 releases/core-2-x86-64',
  )
    .addOption(payloadFormatOption())
    .action(
      answer(async (old: string, next: string, { payloadFormat }: { payloadFormat?: string }) => {
        const format = payloadFormat === undefined ? undefined : (Number(payloadFormat) as PayloadFormat);
        const total = await sizeOf(next);
        const progress = showProgress('delta', total);
        const made = await addDelta(old, next, { format, onProgress: (done) => progress.at(done) });
        progress.end();
        const text = made
          ? line`${join(next, made.file)}: ${formatBytes(made.size)}`
          : 'no delta: it would not be smaller than the full payload';
        return { text, data: made };
      }),
    );
}

async function sizeOf(release: string): Promise<number> {
  // only the progress bar needs it: a release that lacks a file is refused by name when the delta is made
  const files = ['root.erofs', 'boot.efi'].map((name) => stat(join(release, name)).catch(() => undefined));
  return (await Promise.all(files)).reduce((sum, found) => sum + (found?.size ?? 0), 0);
}
