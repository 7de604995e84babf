import type { DefinitionFile } from './definition.ts';
import type { ImageFile } from './image-file.ts';
import { lineOf } from './lines/line-of.ts';
import { packageNameProblem } from './package-name.ts';
import type { Problem } from './refuse-all.ts';

/** The entries of package lists that name no package, each with its line. */
export function packageProblems({ file, text }: DefinitionFile, image: ImageFile): Problem[] {
  const sections = Object.entries(image.arch ?? {});
  const lists = [
    { path: ['packages'], packages: image.packages },
    { path: ['recommends'], packages: image.recommends },
    ...sections.flatMap(([arch, { packages, recommends }]) => [
      { path: ['arch', arch, 'packages'], packages },
      { path: ['arch', arch, 'recommends'], packages: recommends },
    ]),
  ];
  return lists.flatMap(({ path, packages = [] }) =>
    packages.flatMap((each) => {
      const problem = packageNameProblem(each);
      return problem === undefined ? [] : [{ file, line: lineOf(text, path, each), problem }];
    }),
  );
}
