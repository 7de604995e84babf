import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bootFactsFile, type LoaderName, parseBootFacts } from '../../protocol/boot/boot-facts.ts';

/** Which loader started this boot, as the initrd wrote down; null when nothing says so, as on a file-backed host. */
export async function readLoader(root: string): Promise<LoaderName | null> {
  // the initrd of a former release writes no such file
  const text = await readFile(join(root, bootFactsFile), 'utf8').catch(() => '');
  const facts = parseBootFacts(text);
  if (facts) return facts.loader;
  // a machine without EFI variables has none by which systemd-boot could say that it was there
  const variables = await readdir(join(root, 'sys/firmware/efi/efivars')).catch(() => [] as string[]);
  return variables.some((name) => name.startsWith('LoaderInfo-')) ? 'systemd-boot' : null;
}
