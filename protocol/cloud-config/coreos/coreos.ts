import { patterns } from '../../schema/patterns.ts';
import type { Node } from '../../user-data/node.ts';
import type { Plan } from '../../user-data/plan.ts';
import type { Place } from '../../user-data/problem.ts';
import type { Report } from '../../user-data/report.ts';
import { kindOf, type Shape, shown, table, text } from '../shape/shape.ts';
import { readEtcd } from './etcd.ts';
import { readUnit } from './units.ts';

/** What `coreos: update` says, in the words of the agent's configuration. */
export interface UpdateWish {
  channel?: { value: string; at: Place };
  /** `none`: reboot without a lock; absent: never. */
  lock?: { value: 'none'; at: Place };
}

const lockHint = 'Write interlock: lock: {kind: etcd, endpoints: [https://…:2379]}.';
const ended: Readonly<Record<string, readonly [string, string]>> = {
  etcd: [
    'configured etcd 0.4, which has ended',
    'Write coreos: etcd2:, or /etc/interlock/etcd.env by write_files; the image needs etcd (images/core).',
  ],
  fleet: [
    'configured fleet, which has ended',
    'Write the units of this host under coreos: units:, and choose hosts by interlock: labels:.',
  ],
  flannel: [
    'configured flannel, which is not in images',
    'Run it as a container by a unit, or use the network of your container runtime.',
  ],
  locksmith: ['configured locksmith; the agent takes its place', lockHint],
};

const strategy: Shape<string> = (node, what, to) =>
  // `off` without quotes is false in YAML 1.1: the document means the word
  node.kind === 'scalar' && node.value === false ? 'off' : text()(node, what, to);
const readUpdate = table(
  {
    'reboot-strategy': strategy,
    group: text({
      pattern: new RegExp(patterns.word),
      is: 'is no name of a channel',
      instead: 'Write a channel of your server, such as stable.',
    }),
  },
  {
    aliases: { reboot_strategy: 'reboot-strategy' },
    refused: {
      server:
        'Write interlock: server: https://…; it is another protocol, so the address of an old server is of no use.',
    },
  },
);

/** `coreos:`, key by key: what replaced it, or why nothing can. */
export function readCoreos(node: Node, plan: Plan, to: Report): UpdateWish {
  if (node.kind !== 'map') {
    to.error(node.at, `coreos is ${kindOf(node)} and should be a table`, 'Write units: or update: below it.');
    return {};
  }
  let wish: UpdateWish = {};
  for (const { key, at, value } of node.entries) {
    if (key === 'units') readUnits(value, plan, to);
    else if (key === 'update') wish = readWish(value, to);
    else if (key === 'etcd2') {
      const file = readEtcd(value, to);
      if (file) plan.files.push(file);
    } else if (key === 'oem')
      to.warn(
        at,
        'coreos: oem changes nothing here',
        'Leave it out: the image says what it is in /etc/os-release.',
      );
    else if (Object.hasOwn(ended, key)) to.error(at, `coreos: ${key} ${ended[key]![0]}`, ended[key]![1]);
    else to.error(at, `coreos has no key ${shown(key)}`, 'Keys of coreos: units, update, etcd2.');
  }
  return wish;
}

function readUnits(node: Node, plan: Plan, to: Report): void {
  if (node.kind !== 'list') {
    to.error(
      node.at,
      `coreos: units is ${kindOf(node)} and should be a list`,
      'Write each unit after “- ”: - name: app.service',
    );
    return;
  }
  for (const each of node.items) {
    const read = readUnit(each, to);
    if (!read) continue;
    if ('file' in read) plan.files.push(read.file);
    else plan.units.push(read.unit);
  }
}

function readWish(node: Node, to: Report): UpdateWish {
  const read = readUpdate(node, 'coreos: update', to);
  if (!read) return {};
  const { group, 'reboot-strategy': how } = read.value;
  const [groupAt, howAt] = [read.place('group'), read.place('reboot-strategy')];
  if (group !== undefined)
    to.warn(
      groupAt,
      `coreos: update: group ${group} is read as the channel`,
      `Write interlock: channel: ${group}.`,
    );
  const channel = group !== undefined && { channel: { value: group, at: groupAt } };
  if (how === undefined) return { ...channel };
  if (how === 'off') {
    to.warn(
      howAt,
      'coreos: update: reboot-strategy off: a host without a lock never reboots by itself',
      'Leave it out: this is what hosts without interlock: lock: do.',
    );
    return { ...channel };
  }
  if (how === 'reboot') {
    to.warn(
      howAt,
      'coreos: update: reboot-strategy reboot is read as no lock',
      'Write interlock: lock: {kind: none}.',
    );
    return { ...channel, lock: { value: 'none', at: howAt } };
  }
  const problem = ['etcd-lock', 'best-effort'].includes(how)
    ? 'needs the addresses of etcd'
    : 'is not one of etcd-lock, reboot, off';
  to.error(howAt, `coreos: update: reboot-strategy ${shown(how)} ${problem}`, lockHint);
  return { ...channel };
}
