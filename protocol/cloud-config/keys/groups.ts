import type { Node } from '../../user-data/node.ts';
import type { PlannedGroup } from '../../user-data/plan.ts';
import type { Place } from '../../user-data/problem.ts';
import type { Report } from '../../user-data/report.ts';
import { kindOf, listOf, text } from '../shape/shape.ts';
import { accountName } from './words.ts';

/** All of `groups`: names, and tables of a name with its members. */
export function readGroups(node: Node, to: Report): PlannedGroup[] {
  if (node.kind === 'list' && node.items.length === 0) {
    to.error(node.at, 'groups is an empty list', 'Write a name, or leave groups out.');
  }
  if (node.kind === 'list') return node.items.flatMap((each) => readGroup(each, to));
  return readGroup(node, to);
}

function readGroup(node: Node, to: Report): PlannedGroup[] {
  if (node.kind === 'map') {
    return node.entries.flatMap(({ key, at, value }) => groupOf(key, at, readMembers(value, key, to), to));
  }
  if (node.kind === 'list') {
    to.error(node.at, `a group is ${kindOf(node)}`, 'Write a name, or name: [members].');
    return [];
  }
  const names = text()(node, 'a group', to)?.split(',') ?? [];
  return names.flatMap((name) => groupOf(name.trim(), node.at, [], to));
}

function readMembers(node: Node, group: string, to: Report): string[] {
  if (node.kind === 'list') return listOf(accountName)(node, `members of ${group}`, to) ?? [];
  const names = text()(node, `members of ${group}`, to)?.split(',') ?? [];
  return names.flatMap((each) => nameAt(each.trim(), node.at, to) ?? []);
}

function groupOf(given: string, at: Place, members: string[], to: Report): PlannedGroup[] {
  const name = nameAt(given, at, to);
  return name === undefined ? [] : [{ name, system: false, members, at }];
}

function nameAt(name: string, at: Place, to: Report): string | undefined {
  return accountName({ kind: 'scalar', value: name, source: name, at }, 'a group', to);
}
