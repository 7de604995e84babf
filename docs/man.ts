import { createAgent } from '../agent/cli/program.ts';
import { createInterlock } from '../cli/program.ts';
import { errorTable } from '../protocol/errors/error-table.ts';
import {
  allCommands,
  type CommandNode,
  describeProgram,
  type OptionNode,
} from '../system/command/command-tree.ts';

const interlock = describeProgram(await createInterlock());
const agent = describeProgram(await createAgent());

/** Manual pages by file name: one of each program, and one of each verb of `interlock`. */
export const manPages: Record<string, () => string> = Object.fromEntries(
  [interlock, ...interlock.commands, agent].map((node) => [
    `man/${node.path.join('-')}.1`,
    () => renderManPage(node),
  ]),
);

/** Renders a command, and the verbs below it, as a page that `man` shows (man(7) macros, ASCII alone). */
export function renderManPage(node: CommandNode): string {
  const isRoot = node === interlock;
  const name = node.path.join('-');
  const leaves = allCommands(node).filter(({ commands }) => commands.length === 0);
  const usesServer = leaves.some(({ options }) => options.some(({ flag }) => flag === '--server'));
  return [
    '.\\" Made by npm run docs from the command line itself.',
    `.TH ${roff(name.toUpperCase())} 1 "" "Interlock" "Interlock"`,
    '.SH NAME',
    `${roff(name)} \\- ${roff(node.summary)}`,
    '.SH SYNOPSIS',
    ...(isRoot ? ['.B interlock', '.RI [ options ]', '.I verb', '\\&...'] : synopsis(leaves)),
    ...(isRoot ? verbsOf(node) : leaves.flatMap((leaf) => describeVerb(leaf, leaves.length > 1))),
    '.SH OPTIONS OF EVERY VERB',
    ...programOptions(node).flatMap(describeOption),
    '.TP',
    '.B \\-\\-help',
    'Show help, with an example.',
    '.SH EXAMPLES',
    '.nf',
    ...(leaves.length > 1 && !isRoot ? leaves.flatMap(({ examples }) => examples) : node.examples).map(line),
    '.fi',
    ...(usesServer ? serverSections() : []),
    ...exitStatus(isRoot),
    '.SH SEE ALSO',
    ...seeAlso(node),
    '',
  ].join('\n');
}

function programOptions({ path }: CommandNode): OptionNode[] {
  const { options } = path[0] === 'interlock' ? interlock : agent;
  return path.length > 1 ? options.filter(({ flag }) => flag !== '--version') : options;
}

function synopsis(leaves: readonly CommandNode[]): string[] {
  return leaves.flatMap((leaf, index) => [
    ...(index > 0 ? ['.br'] : []),
    `.B ${roff(leaf.path.join(' '))}`,
    ...leaf.arguments.map(({ name, required, variadic }) => {
      const dots = variadic ? '...' : '';
      return required ? `.I ${roff(name)}${dots}` : `.RI [ ${roff(name)}${dots} ]`;
    }),
    ...leaf.options
      .filter(({ mandatory }) => mandatory)
      .flatMap(({ flag, value }) => [`.B ${roff(flag)}`, `.I ${roff(value ?? '')}`]),
    ...(leaf.options.some(({ mandatory }) => !mandatory) ? ['.RI [ options ]'] : []),
  ]);
}

function verbsOf(node: CommandNode): string[] {
  return [
    '.SH VERBS',
    ...node.commands.flatMap(({ path, summary }) => [
      '.TP',
      `.BR ${roff(path.join('-'))} (1)`,
      line(`${summary}.`),
    ]),
  ];
}

function describeVerb(leaf: CommandNode, isOneOfMany: boolean): string[] {
  const title = [leaf.path.slice(1).join(' '), ...leaf.arguments.map(({ name }) => name)].join(' ');
  return [
    ...(isOneOfMany ? [`.SH ${roff(title.toUpperCase())}`] : ['.SH DESCRIPTION']),
    line(`${leaf.summary}.`),
    ...(isOneOfMany || leaf.options.length === 0 ? [] : ['.SH OPTIONS']),
    ...leaf.options.flatMap(describeOption),
  ];
}

function describeOption({ flags, summary, choices, mandatory }: OptionNode): string[] {
  const [flag = '', ...value] = flags.split(' ');
  const more = [
    ...(choices.length > 0 ? [`One of ${choices.join(', ')}.`] : []),
    ...(mandatory ? ['Required.'] : []),
  ];
  return [
    '.TP',
    value.length > 0 ? `.BI ${roff(flag)} " ${roff(value.join(' '))}"` : `.B ${roff(flag)}`,
    line([`${capital(summary)}.`, ...more].join(' ')),
  ];
}

function serverSections(): string[] {
  const rows: [string, string][] = [
    ['INTERLOCK_SERVER', 'Base URL of the update server, where --server is not given.'],
    ['INTERLOCK_TOKEN', 'Operator token, where --token is not given.'],
    ['INTERLOCK_CA', 'CA certificate of the server (PEM), where --ca is not given.'],
    ['TZ', 'Time zone of the times shown, as tzset(3) reads it; --utc is the same as UTC.'],
  ];
  return [
    '.SH ENVIRONMENT',
    ...rows.flatMap(([name, text]) => ['.TP', `.B ${roff(name)}`, line(text)]),
    '.SH FILES',
    '.TP',
    '.I $XDG_CONFIG_HOME/interlock/config.toml, ~/.config/interlock/config.toml',
    line(
      'What interlock login saves: server, token and ca, used where neither a flag nor the environment gives a value. The token is sent to that server only.',
    ),
  ];
}

function exitStatus(isWhole: boolean): string[] {
  const byExit = Map.groupBy(Object.entries(errorTable), ([, { exit }]) => exit);
  const rows = [...byExit].toSorted(([a], [b]) => a - b);
  return [
    '.SH EXIT STATUS',
    line('0 on success; otherwise that of the error, which is printed together with what to do.'),
    ...(isWhole
      ? rows.flatMap(([exit, codes]) => ['.TP', `.B ${exit}`, line(codes.map(([code]) => code).join(', '))])
      : []),
  ];
}

function seeAlso({ path }: CommandNode): string[] {
  const pages = path.length > 1 ? ['interlock'] : ['interlock', 'interlock-agent'];
  return pages.filter((name) => name !== path.join('-')).map((name) => `.BR ${roff(name)} (1)`);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A line of text that is not a request, whatever it begins with. */
function line(text: string): string {
  return `${/^[.']/.test(text) ? '\\&' : ''}${roff(text)}`;
}

/** Text in ASCII, as roff escapes it. */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('"', '\\(dq')
    .replace(
      /[^\x20-\x7e]/gu,
      (char) => `\\[u${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
    );
}
