import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { mergedFile } from '../../protocol/boot/host-layout.ts';
import { rootHashOf } from '../../protocol/boot/kernel-parameters.ts';
import { writeDurably } from '../../system/files/durable.ts';
import { mergeHostAuthorities } from '../authorities/merge-host-authorities.ts';
import { mergeHostAccounts } from '../users/merge-host-accounts.ts';
import { noteFiles, writeNotes } from './record/host-notes.ts';

/**
 * Merges what the host added to the image's accounts and authorities, and notes for which image: the unit starts nothing
 * while that one runs. Returns what of the host's does not hold, and keeps it for `status`.
 */
export async function mergeHost(root: string): Promise<string[]> {
  const notes = await mergeHostAccounts(root);
  await writeNotes(root, noteFiles.merge, notes);
  await mergeHostAuthorities(root);
  const file = join(root, mergedFile);
  const running = rootHashOf(await readFile(join(root, 'proc/cmdline'), 'utf8'));
  if (running !== undefined) {
    await mkdir(dirname(file), { recursive: true });
    await writeDurably(file, `${running}\n`);
  }
  return notes;
}
