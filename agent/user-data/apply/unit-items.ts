import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { PlannedUnit } from '../../../protocol/user-data/plan.ts';
import type { Item } from './item.ts';
import type { Manager } from './manager.ts';
import { isThere, makeFolders, putFile } from './write-file.ts';

/** Units and their drop-ins: file, mask, enable, and what is to be done with them now. */
export function unitItems(root: string, units: readonly PlannedUnit[], manager: Manager): Item[] {
  return units.flatMap((unit): Item[] => {
    const written = {
      name: `unit ${unit.name}`,
      everyBoot: unit.runtime,
      apply: () => writeUnit(root, unit, manager),
    };
    const { command } = unit;
    const ordered =
      command ?? (unit.enable && !unit.mask && !isTemplate(unit.name) ? ('start' as const) : undefined);
    // enabled means started at each boot, and this is one
    const done = ordered && {
      name: `${ordered} ${unit.name}`,
      // a unit below /run is not there when systemd decides what a boot starts
      everyBoot: unit.runtime,
      apply: () => manager.command(ordered, unit.name),
    };
    return done ? [written, done] : [written];
  });
}

async function writeUnit(root: string, unit: PlannedUnit, manager: Manager): Promise<void> {
  const folder = unit.runtime ? '/run/systemd/system' : '/etc/systemd/system';
  if (unit.content !== undefined) await putFile(root, `${folder}/${unit.name}`, unit.content);
  for (const { name, content } of unit.dropIns)
    await putFile(root, `${folder}/${unit.name}.d/${name}`, content);
  if (unit.mask) await maskUnit(root, folder, unit);
  manager.changed();
  if (unit.enable && !unit.mask) await manager.enable(unit.name);
  if (unit.enable === false) await manager.disable(unit.name);
}

async function maskUnit(root: string, folder: string, { name, content }: PlannedUnit): Promise<void> {
  if (content !== undefined) throw new Error(`${name} cannot be masked and written`);
  if (await isThere(root, `${folder}/${name}`)) return;
  await makeFolders(join(root, folder, name));
  await symlink('/dev/null', join(root, folder, name));
}

function isTemplate(name: string): boolean {
  return /@\.\w+$/.test(name);
}
