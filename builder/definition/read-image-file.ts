import { packageProblems } from './check-packages.ts';
import { repositoryProblems } from './check-repositories.ts';
import { unitNameProblems } from './check-units.ts';
import type { DefinitionFile } from './definition.ts';
import { ImageFile } from './image-file.ts';
import { lineOf, lineOfEntry } from './lines/line-of.ts';
import { parseToml } from './lines/parse-toml.ts';
import { refuseAll } from './refuse-all.ts';
import { schemaProblems } from './schema-problems.ts';

/** An image.toml whose every key is known and of the right type. */
export interface ReadFile extends DefinitionFile {
  /** The folder that contains it. */
  dir: string;
  image: ImageFile;
}

/** Reads the text of one image.toml, without looking at what it includes. Throws `definition_invalid` with the line. */
export function readImageFile(text: string, file: string, dir: string): ReadFile {
  const image = parseToml(text, file);
  refuseAll(
    schemaProblems(ImageFile, image).map(({ path, problem }) => ({
      file,
      line: lineAt(text, path, image),
      problem,
    })),
  );
  const checked = { file, text };
  refuseAll([
    ...packageProblems(checked, image as ImageFile),
    ...unitNameProblems(checked, image as ImageFile),
    ...repositoryProblems(checked, image as ImageFile),
  ]);
  return { file, text, dir, image: image as ImageFile };
}

/** The line of what a path of keys and numbers leads to: of an element of a list, or a key of an entry among tables. */
function lineAt(text: string, path: readonly string[], image: unknown): number {
  const index = path.findIndex((key) => /^\d+$/.test(key));
  if (index === -1) return lineOf(text, path);
  const list = path.slice(0, index);
  if (index < path.length - 1) return lineOfEntry(text, list, Number(path[index]), path[index + 1]);
  const element = path.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], image);
  return typeof element === 'string'
    ? lineOf(text, list, element)
    : lineOfEntry(text, list, Number(path[index]));
}
