import type { Node } from '../../user-data/node.ts';
import type { PlannedCommand } from '../../user-data/plan.ts';
import type { Report } from '../../user-data/report.ts';
import { kindOf, listOf, text } from '../shape/shape.ts';

/** All of `runcmd` or `bootcmd`; an empty entry is left out. */
export function readCommands(key: 'runcmd' | 'bootcmd', node: Node, to: Report): PlannedCommand[] {
  if (node.kind !== 'list' || node.items.length === 0) {
    const given = node.kind === 'list' ? 'an empty list' : kindOf(node);
    to.error(
      node.at,
      `${key} is ${given} and should be a list`,
      `Write each command after “- ”: - systemctl restart app`,
    );
    return [];
  }
  return node.items.flatMap((each) => {
    if (key === 'runcmd' && each.kind === 'scalar' && each.value === null) return [];
    const run =
      each.kind === 'list'
        ? listOf(text(), true)(each, `a command of ${key}`, to)
        : text()(each, `a command of ${key}`, to);
    if (run === undefined || run.length === 0) return [];
    return [{ run, at: each.at }];
  });
}
