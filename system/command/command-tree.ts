import type { Command } from 'commander';
import { examplesOf, versionOption } from './command.ts';

/** A program's words as data: completions, manual pages and the check of the documents are made from them. */
export interface CommandNode {
  /** From the program's name on: `['interlock', 'keys', 'init']`. */
  path: string[];
  summary: string;
  examples: readonly string[];
  arguments: { name: string; required: boolean; variadic: boolean; choices: readonly string[] }[];
  /** Its own options; those of `--json` and `--help` belong to every command. */
  options: OptionNode[];
  commands: CommandNode[];
}

/** An option of a command, as completion and the reference need it. */
export interface OptionNode {
  /** `--out`, or `-h` when there is no long name. */
  flag: string;
  /** As help shows it: `--out <dir>`. */
  flags: string;
  /** What follows, as in `dir`; null when nothing does. */
  value: string | null;
  variadic: boolean;
  choices: readonly string[];
  summary: string;
  mandatory: boolean;
}

/** Reads a whole program. */
export function describeProgram(program: Command): CommandNode {
  return describe(program, []);
}

/** The command and all below it, each before its own. */
export function allCommands(node: CommandNode): CommandNode[] {
  return [node, ...node.commands.flatMap(allCommands)];
}

function describe(command: Command, above: readonly string[]): CommandNode {
  const path = [...above, command.name()];
  return {
    path,
    summary: command.description(),
    examples: examplesOf(command),
    arguments: command.registeredArguments.map((argument) => ({
      name: argument.name(),
      required: argument.required,
      variadic: argument.variadic,
      choices: argument.argChoices ?? [],
    })),
    options: [...command.options, ...(above.length === 0 ? [versionOption] : [])]
      .filter(({ hidden }) => !hidden)
      .map((option) => ({
        flag: option.long ?? option.short ?? '',
        flags: option.flags,
        value: /[<[]([^\].>]+)/.exec(option.flags)?.[1] ?? null,
        variadic: option.variadic,
        choices: option.argChoices ?? [],
        summary: withDefault(option.description, option.defaultValue),
        mandatory: option.mandatory,
      })),
    commands: command
      .createHelp()
      .visibleCommands(command)
      .filter(isOwn)
      .map((below) => describe(below, path)),
  };
}

/** Commander adds `help` to what it shows. */
function isOwn(command: Command): boolean {
  return command.parent !== null;
}

function withDefault(text: string, value: unknown): string {
  const isShown = value !== undefined && typeof value !== 'boolean' && value !== '';
  return isShown ? `${text} (default: ${[value].flat().join(' ')})` : text;
}
