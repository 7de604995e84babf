import type { Plan, PlannedFile } from '../../../protocol/user-data/plan.ts';
import { runCommands } from './commands.ts';
import type { Item } from './item.ts';
import type { Manager } from './manager.ts';
import { mountItems } from './mount-items.ts';
import { systemItems } from './system-items.ts';
import { unitItems } from './unit-items.ts';
import { userItems } from './user-items.ts';
import { writePlannedFile } from './write-file.ts';

/** Everything that a plan asks for before the services of a host start, in the order in which it is done. */
export function itemsOf(root: string, plan: Plan, manager: Manager, now: Date): Item[] {
  const { bootCommands, files, units } = plan;
  return [
    ...(bootCommands.length > 0
      ? [{ name: 'bootcmd', everyBoot: true, apply: () => runCommands(root, bootCommands) }]
      : []),
    ...userItems(root, plan, now),
    ...files.filter(({ deferred }) => !deferred).map((file) => fileItem(root, file)),
    ...systemItems(root, plan, manager),
    ...mountItems(root, plan, manager),
    ...files.filter(({ deferred }) => deferred).map((file) => fileItem(root, file)),
    ...unitItems(root, units, manager),
  ];
}

function fileItem(root: string, file: PlannedFile): Item {
  return {
    // a file may be written and then be added to
    name: `file ${file.path}${file.append ? `, line ${file.at.line}` : ''}`,
    once: file.append,
    everyBoot: file.path.startsWith('/run/'),
    apply: (isAgain) => writePlannedFile(root, file, isAgain),
  };
}
