import { run } from '../../../system/process/run.ts';

const show =
  'for each; do dpkg-deb -f "$each" Package Essential Provides Pre-Depends Depends || exit 1; echo; done';

/** What packages say of themselves and need, one stanza for each .deb, in one run of a shell: a thousand are quick. */
export async function readControls(files: readonly string[]): Promise<string[]> {
  return stanzasOf(await run('sh', ['-c', show, 'sh', ...files]));
}

/** The stanzas of a text in Debian's control format. */
export function stanzasOf(text: string): string[] {
  return text.split(/\n\s*\n/).filter((stanza) => stanza.trim());
}
