import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Static, Type } from 'typebox';
import { runFolder } from '../../../protocol/boot/host-layout.ts';
import { parseJson } from '../../../protocol/schema/schema.ts';
import { writeDurably } from '../../../system/files/durable.ts';
import { privateFile, privateFolder } from '../../../system/files/private-files.ts';

/** How the search of this boot ended, for whoever asks the host or hears from it. */
const SearchNote = Type.Object({
  stage: Type.Union([Type.Literal('local'), Type.Literal('network')]),
  /** null: the host started without, or with what it was told at an earlier boot. */
  source: Type.Union([Type.String(), Type.Null()]),
  misses: Type.Array(Type.Object({ source: Type.String(), failed: Type.Boolean(), reason: Type.String() })),
});
export type SearchNote = Static<typeof SearchNote>;

const noteFile = `${runFolder}/user-data/search.json`;

/** Keeps it until the next boot. */
export async function writeSearchNote(root: string, note: SearchNote): Promise<void> {
  const path = join(root, noteFile);
  await mkdir(dirname(path), { recursive: true, mode: privateFolder });
  await writeDurably(path, `${JSON.stringify(note)}\n`, privateFile);
}

/** Reads it; null in a boot that looked for nothing. */
export async function readSearchNote(root: string): Promise<SearchNote | null> {
  const path = join(root, noteFile);
  try {
    return parseJson(SearchNote, await readFile(path, 'utf8'), path);
  } catch {
    // none, or another version's
    return null;
  }
}
