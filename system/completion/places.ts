import { allCommands, type CommandNode, type OptionNode } from '../command/command-tree.ts';

/** What a shell has to know about one command: its verbs, its options, and what may follow each. */
export interface Place {
  /** Words typed so far: `interlock keys`. */
  at: string;
  /** Each with what it is for; values of an argument have none. */
  words: { word: string; summary: string }[];
  options: OptionNode[];
}

/** Every command of a program as a place to complete at; options of the program are known everywhere. */
export function placesOf(program: CommandNode): Place[] {
  const help: OptionNode = {
    flag: '--help',
    flags: '--help',
    value: null,
    variadic: false,
    choices: [],
    summary: 'show what it does, with an example',
    mandatory: false,
  };
  return allCommands(program).map((node) => ({
    at: node.path.join(' '),
    words: [
      ...node.commands.map(({ path, summary }) => ({ word: path.at(-1) ?? '', summary })),
      ...(node.arguments[0]?.choices ?? []).map((word) => ({ word, summary: '' })),
    ],
    options: [
      ...node.options,
      ...(node === program ? [] : program.options.filter(({ flag }) => flag !== '--version')),
      help,
    ],
  }));
}

/** Options after which a value comes, whatever the command. */
export function flagsWithValue(places: readonly Place[]): string[] {
  const flags = places.flatMap(({ options }) => options.filter(({ value }) => value !== null));
  return [...new Set(flags.map(({ flag }) => flag))].toSorted();
}

/** A function name that every shell takes. */
export function functionName(program: CommandNode): string {
  return `_${(program.path[0] ?? '').replaceAll('-', '_')}`;
}

/** Text in single quotes, for sh and zsh. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** True where a folder is wanted and not a file. */
export function wantsFolder({ value }: OptionNode): boolean {
  return value === 'dir';
}
