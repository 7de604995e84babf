import type { Definition } from './definition.ts';
import { entriesOf, findLine, lineOf } from './lines/line-of.ts';

/** The file and line where a merged definition says something: the last one that does, else the image's own first line. */
export function placeOf(
  { files, arch }: Pick<Definition, 'files' | 'arch'>,
  path: readonly string[],
  element?: string,
): { file: string; line: number } {
  const own = files.at(-1)!;
  const find = (sought: string | undefined) => {
    for (const { file, text } of files.toReversed()) {
      const entries = entriesOf(text);
      const line = findLine(entries, ['arch', arch, ...path], sought) ?? findLine(entries, path, sought);
      if (line !== undefined) return { file, line };
    }
    return undefined;
  };
  return find(element) ?? find(undefined) ?? { file: own.file, line: lineOf(own.text, path) };
}

/** The file and line where a key of any table has this value, or a list that has it; else where the key is first set. */
export function placeOfValue(
  definition: Pick<Definition, 'files' | 'arch'>,
  key: string,
  value: string,
): { file: string; line: number } {
  for (const { file, text } of definition.files.toReversed()) {
    const set = entriesOf(text).filter(({ path }) => (JSON.parse(path) as string[]).at(-1) === key);
    const found = set.flatMap(({ strings }) => strings).find((string) => string.value === value);
    if (found) return { file, line: found.line };
  }
  return placeOf(definition, [key]);
}
