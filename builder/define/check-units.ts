import { InterlockError } from '../../protocol/errors.ts';
import type { DefinitionFile, ImageFile, Layer } from './definition.ts';
import { lineOf } from './line-of.ts';
import { unitNameProblem } from './unit-name.ts';

/** Refuses what is no unit name with the reason. Throws `definition_invalid` with the line. */
export function checkUnitNames({ file, text }: DefinitionFile, image: ImageFile): void {
  const sections = Object.entries(image.arch ?? {}).map(([arch, layer]) => ({ at: ['arch', arch], layer }));
  for (const { at, layer } of [{ at: [] as string[], layer: image as Layer }, ...sections]) {
    for (const key of ['units', 'mask'] as const) {
      for (const name of layer[key] ?? []) {
        const problem = unitNameProblem(name, key);
        const line = lineOf(text, [...at, key], name);
        if (problem) throw new InterlockError('definition_invalid', { file, line, problem });
      }
    }
  }
}
