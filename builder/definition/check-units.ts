import { unitNameProblem } from '../../protocol/text/unit-name.ts';
import type { DefinitionFile } from './definition.ts';
import type { ImageFile, Layer } from './image-file.ts';
import { lineOf } from './lines/line-of.ts';
import type { Problem } from './refuse-all.ts';

/** Entries of `units` and `mask` that are not valid unit names, each with the reason and the line. */
export function unitNameProblems({ file, text }: DefinitionFile, image: ImageFile): Problem[] {
  const sections = Object.entries(image.arch ?? {}).map(([arch, layer]) => ({ at: ['arch', arch], layer }));
  return [{ at: [] as string[], layer: image as Layer }, ...sections].flatMap(({ at, layer }) =>
    (['units', 'mask'] as const).flatMap((key) =>
      (layer[key] ?? []).flatMap((name) => {
        const problem = unitNameProblem(name, key);
        return problem === undefined ? [] : [{ file, line: lineOf(text, [...at, key], name), problem }];
      }),
    ),
  );
}
