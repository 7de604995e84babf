import { allCommands, type CommandNode, type OptionNode } from '../command/command-tree.ts';

/** What a shell has to know about one command: its verbs, its options, and what may follow each. */
export interface Place {
  /** Words typed so far: `interlock keys`. */
  at: string;
  /** Each with what it is for; values of an argument have none. */
  words: { word: string; summary: string }[];
  options: (OptionNode & { kind?: string | undefined })[];
  /** For each argument, what the program is asked for; undefined where it knows nothing. */
  kinds: (string | undefined)[];
  /** The same for whatever follows them, where the last argument takes several words. */
  rest: string | undefined;
}

/** What the program can be asked for as the value of a command, by the name that the value has in its help. */
export type KindOf = (node: CommandNode, value: string, isLater?: boolean) => string | undefined;

/** The call by which a shell asks: `interlock __complete KIND -- WORDS`; answers are lines of a word, a tab and what it is. */
export const askVerb = '__complete';

/** Every command of a program as a place to complete at; options of the program are known everywhere. */
export function placesOf(program: CommandNode, kindOf: KindOf): Place[] {
  const help: OptionNode = {
    flag: '--help',
    flags: '--help',
    value: null,
    variadic: false,
    choices: [],
    summary: 'show what it does, with an example',
    mandatory: false,
  };
  const inherited = (node: CommandNode) =>
    node === program ? [] : program.options.filter(({ flag }) => flag !== '--version');
  const restOf = (node: CommandNode) => {
    const last = node.arguments.at(-1);
    return last?.variadic && last.choices.length === 0 ? kindOf(node, last.name, true) : undefined;
  };
  return allCommands(program).map((node) => ({
    at: node.path.join(' '),
    words: [
      ...node.commands.map(({ path, summary }) => ({ word: path.at(-1) ?? '', summary })),
      ...(node.arguments[0]?.choices ?? []).map((word) => ({ word, summary: '' })),
    ],
    options: [...node.options, ...inherited(node), help].map((option) => ({
      ...option,
      kind: option.value === null ? undefined : kindOf(node, option.value),
    })),
    kinds: node.arguments.map(({ name, choices }) => (choices.length > 0 ? undefined : kindOf(node, name))),
    rest: restOf(node),
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
