import type { Definition } from '../../definition/definition.ts';
import { parsePackageName } from '../../definition/package-name.ts';
import { placeOf } from '../../definition/place-of.ts';
import { refuseAll } from '../../definition/refuse-all.ts';
import { controlField } from '../control/control-field.ts';

/**
 * Refuses packages that make initrds: they conflict with the stub that stands in for them. `controls` are the stanzas of
 * the chosen packages. Throws `definition_invalid` with the line that names one, or with what brings it along.
 */
export function refuseInitrdTools(definition: Definition, controls: readonly string[]): void {
  const tools = controls.filter((control) => names(control, 'Provides').includes('linux-initramfs-tool'));
  refuseAll(
    tools.map((tool) => {
      const name = controlField(tool, 'Package');
      const spec = definition.packages.find((each) => parsePackageName(each).name === name);
      const needy = controls.filter((control) =>
        [...names(control, 'Depends'), ...names(control, 'Pre-Depends')].includes(name),
      );
      const way = spec === undefined ? `leave out ${list(needy)}` : `take ${spec} out`;
      const problem = `${name} makes initrds, and the builder makes the image’s itself: ${way}; modules = ["…"] loads more kernel modules`;
      return { ...placeOf(definition, ['packages'], spec), problem };
    }),
  );
}

function list(needy: readonly string[]): string {
  return needy.map((control) => controlField(control, 'Package')).join(', ') || 'what recommends it';
}

function names(control: string, field: string): string[] {
  return controlField(control, field)
    .split(/[,|]/)
    .map((each) => each.trim().split(/[\s(:]/)[0] ?? '');
}
