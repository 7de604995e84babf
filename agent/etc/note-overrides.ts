import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Static, Type } from 'typebox';
import { imageEtcFolder, ownEtcFolder } from '../../protocol/boot/host-layout.ts';
import { parseJson } from '../../protocol/schema/schema.ts';
import { writeDurably } from '../../system/files/durable.ts';
import type { Paths } from '../config/paths.ts';
import { contentOf, listOverrides } from './list-overrides.ts';

/** The image's content of each file that the host overrides, as it was when the host's was written. Later formats may add keys. */
const Notes = Type.Object({
  files: Type.Record(
    Type.String(),
    Type.Object({ own: Type.String(), image: Type.Union([Type.String(), Type.Null()]) }),
  ),
});
type Notes = Static<typeof Notes>;

/** The overlay's two sides of /etc on a host. */
export function etcFolders({ root }: Pick<Paths, 'root'>): { own: string; image: string } {
  return { own: join(root, ownEtcFolder), image: join(root, imageEtcFolder) };
}

/** Notes new and rewritten files beside the image's of today, and forgets those that are gone. */
export async function noteOverrides(paths: Paths): Promise<void> {
  const folders = etcFolders(paths);
  const before = await readNotes(paths);
  const files: Notes['files'] = {};
  for (const [path, own] of await listOverrides(folders.own)) {
    const known = before.files[path];
    files[path] = known?.own === own ? known : { own, image: await contentOf(join(folders.image, path)) };
  }
  const text = `${JSON.stringify({ format: 1, files }, null, 1)}\n`;
  if (JSON.stringify(files) !== JSON.stringify(before.files)) {
    await writeDurably(fileOf(paths), text, 0o600);
  }
}

/** What was noted last; nothing when that cannot be read, for it is only for people. */
export async function readNotes(paths: Pick<Paths, 'state'>): Promise<Notes> {
  const file = fileOf(paths);
  try {
    return parseJson(Notes, await readFile(file, 'utf8'), file);
  } catch {
    // none yet, or damaged: everything is noted anew
    return { files: {} };
  }
}

function fileOf({ state }: Pick<Paths, 'state'>): string {
  return join(state, 'etc.json');
}
