import { parseUnitName, unitNameProblem } from '../../text/unit-name.ts';
import type { Node } from '../../user-data/node.ts';
import type { PlannedFile, PlannedUnit } from '../../user-data/plan.ts';
import type { Report } from '../../user-data/report.ts';
import { settingsFile } from '../../user-data/settings-file.ts';
import { flag, listOf, placed, type Shape, table, text, word } from '../shape/shape.ts';

const commands = [
  'start',
  'stop',
  'restart',
  'reload',
  'try-restart',
  'reload-or-restart',
  'reload-or-try-restart',
] as const;
/** Files that systemd-networkd and udev read; the dialect writes them as units. */
const networkFile = /^[A-Za-z0-9:_.@-]+\.(?:network|netdev|link)$/;

const unitName: Shape<string> = (node, what, to) => {
  const name = text()(node, what, to);
  if (name === undefined || networkFile.test(name)) return name;
  const problem = unitNameProblem(name.slice(0, 300), 'mask');
  return problem === undefined ? name : to.error(node.at, problem, 'Write NAME.service, NAME.timer, …');
};
const dropInName = text({
  pattern: /^[A-Za-z0-9:_.@-]+\.conf$/,
  is: 'is no name of a drop-in',
  instead: 'Write NAME.conf, such as 10-memory.conf.',
});
const readDropIn = table({ name: dropInName, content: text() }, { required: ['name', 'content'] });
const dropIn: Shape<{ name: string; content: string }> = (node, what, to) => {
  const { name, content } = readDropIn(node, what, to)?.value ?? {};
  return name === undefined || content === undefined ? undefined : { name, content };
};
const readTable = table(
  {
    name: unitName,
    content: text(),
    'drop-ins': listOf(dropIn),
    enable: flag,
    mask: flag,
    runtime: flag,
    command: placed(word(commands)),
  },
  { required: ['name'], aliases: { drop_ins: 'drop-ins', dropins: 'drop-ins' } },
);

/** Units that CoreOS had by itself, and what to write instead. */
const gone: Readonly<Record<string, string>> = {
  'etcd2.service': 'Name etcd.service, which images/core has, and write coreos: etcd2:.',
  'etcd-member.service': 'Name etcd.service, which images/core has, and write coreos: etcd2:.',
  'fleet.service': 'Leave it out, and write the units of this host here.',
  'fleet.socket': 'Leave it out, and write the units of this host here.',
  'flanneld.service': 'Leave it out, or write its content: a unit that runs it as a container.',
  'early-docker.service': 'Name docker.service.',
  'locksmithd.service': 'Leave it out, and write interlock: lock: {…}.',
  'update-engine.service': 'Leave it out; the agent updates as interlock: channel: and lock: say.',
};

/** One entry of `coreos: units`: a unit, or a file for systemd-networkd. */
export function readUnit(node: Node, to: Report): { unit: PlannedUnit } | { file: PlannedFile } | undefined {
  const read = readTable(node, 'a unit', to);
  const {
    name,
    content,
    enable,
    mask,
    runtime = false,
    command,
    'drop-ins': dropIns = [],
  } = read?.value ?? {};
  if (!read || name === undefined) return undefined;
  const { at } = read;
  if (networkFile.test(name)) {
    if (content === undefined)
      return to.error(at, `${name} has no content`, 'Add content: | and the file below it.');
    const path = `${runtime ? '/run' : '/etc'}/systemd/network/${name}`;
    return { file: settingsFile(path, content, at) };
  }
  if (content === undefined && Object.hasOwn(gone, name)) {
    // stopped or masked is what it is
    const said =
      enable || /start|reload/.test(command?.value ?? '') || dropIns.length > 0 ? to.error : to.warn;
    said(at, `there is no ${name} here`, gone[name]!);
    if (said === to.warn) return undefined;
  }
  if (mask && (enable || content !== undefined || command?.value === 'start')) {
    return to.error(
      read.place('mask'),
      `${name} is masked, and enabled, written or started as well`,
      'Leave mask out, or all of the others.',
    );
  }
  if (content !== undefined && !/^\[[A-Z][A-Za-z]*\]$/m.test(content)) {
    to.error(
      read.place('content'),
      `the content of ${name} has no section`,
      'Begin with [Unit] or [Service].',
    );
  }
  if (
    enable &&
    content !== undefined &&
    !/^[ \t]*(?:WantedBy|RequiredBy|UpheldBy|Also|Alias)=/m.test(content)
  ) {
    to.warn(
      read.place('enable'),
      `${name} has no [Install] section, so that enabling it changes nothing`,
      'Add [Install] with WantedBy=multi-user.target.',
    );
  }
  if (enable && parseUnitName(name)?.kind === 'template') {
    to.error(
      read.place('enable'),
      `${name} is a template`,
      `Enable an instance, such as ${name.replace('@.', '@one.')}.`,
    );
  }
  return {
    unit: {
      name,
      ...(content !== undefined && { content }),
      dropIns,
      runtime,
      ...(enable !== undefined && { enable }),
      ...(mask !== undefined && { mask }),
      ...(command && { command: command.value }),
      at,
    },
  };
}
