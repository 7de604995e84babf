import { InterlockError } from '../../protocol/errors.ts';
import type { DefinitionFile, ImageFile } from './definition.ts';
import { lineOf } from './line-of.ts';
import { packageNameProblem } from './package-name.ts';

/** Refuses entries of package lists that name no package. Throws `definition_invalid` with the line. */
export function checkPackages({ file, text }: DefinitionFile, image: ImageFile): void {
  const sections = Object.entries(image.arch ?? {});
  const lists = [
    { path: ['packages'], packages: image.packages },
    { path: ['recommends'], packages: image.recommends },
    ...sections.flatMap(([arch, { packages, recommends }]) => [
      { path: ['arch', arch, 'packages'], packages },
      { path: ['arch', arch, 'recommends'], packages: recommends },
    ]),
  ];
  for (const { path, packages = [] } of lists) {
    for (const each of packages) {
      const problem = packageNameProblem(each);
      if (problem) {
        throw new InterlockError('definition_invalid', { file, line: lineOf(text, path, each), problem });
      }
    }
  }
}
