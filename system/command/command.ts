import { Command, CommanderError, Help, Option } from 'commander';
import { errorTable } from '../../protocol/errors/error-table.ts';
import { asInterlockError, InterlockError } from '../../protocol/errors/interlock-error.ts';
import { line, visibleJson } from '../../protocol/text/visible.ts';
import { endWithOutput } from '../terminal/closed-pipe.ts';
import { useUtc } from '../terminal/format-time.ts';
import { print, printRecords } from '../terminal/print.ts';
import { programVersion } from './version.ts';

/** What a verb found out: for people, and for programs behind `--json`. */
export interface Answer {
  text: string;
  data: unknown;
  /** CSV, in place of both. */
  records?: readonly string[];
}

/** Known to the program alone and not to its verbs, some of which have an option of this name; so commander must not parse it. */
export const versionOption = new Option('--version', 'print the version of this program');

const examples = new WeakMap<Command, readonly string[]>();

/** A program whose verbs all know `--json` and exit with the code of the error table. */
export function createProgram(name: string, summary: string, ...shown: string[]): Command {
  const program: Command = new Command(name);
  program
    .description(summary)
    .option('--json', 'print the result as JSON')
    .option('--utc', 'show times in UTC, not in the time zone of this machine')
    .configureHelp({
      showGlobalOptions: true,
      minWidthToWrap: 20,
      visibleOptions: (of) => [
        ...Help.prototype.visibleOptions.call(program.createHelp(), of),
        ...(of === program ? [versionOption] : []),
      ],
    })
    .showHelpAfterError(false)
    .configureOutput({ outputError: () => {} })
    .exitOverride()
    .hook('preAction', (_, called) => {
      if (called.opts().output === 'json') program.setOptionValue('json', true);
      if (program.opts().utc) useUtc();
    });
  return withExamples(program, shown);
}

/** Adds a verb: `verb(program, 'build <imagedir>', 'Build a release', 'interlock build images/tiny …')`. */
export function verb(parent: Command, signature: string, summary: string, ...shown: string[]): Command {
  return withExamples(parent.command(signature).description(summary), shown);
}

/** Adds a word that only holds further verbs, as `keys` does. */
export function group(parent: Command, name: string, summary: string): Command {
  return withExamples(parent.command(name).description(summary), []);
}

/** The examples that a command's help ends with; those of its verbs when it has none of its own. */
export function examplesOf(command: Command): readonly string[] {
  const own = examples.get(command) ?? [];
  return own.length > 0 ? own : command.commands.flatMap((below) => examplesOf(below).slice(0, 1));
}

function withExamples(command: Command, shown: readonly string[]): Command {
  examples.set(command, shown);
  return command.addHelpText('after', () => {
    const lines = examplesOf(command);
    const title = lines.length > 1 ? 'Examples:' : 'Example:';
    return ['', title, ...lines.map((line) => `  ${line}`)].join('\n');
  });
}

/** Wraps a verb's work: prints its answer as text, or as JSON when asked. */
export function answer<A extends unknown[]>(work: (...args: A) => Promise<Answer>) {
  return async (...args: [...A, Command]): Promise<void> => {
    const { text, data, records } = await work(...(args.slice(0, -1) as A));
    const command = args.at(-1) as Command;
    if (records) return printRecords(records);
    const output = command.optsWithGlobals().json ? asJson(data, 2) : text;
    if (output) print(output);
  };
}

/** Runs the program on the process's arguments and sets the exit code. */
export async function runProgram(program: Command, argv: readonly string[]): Promise<void> {
  endWithOutput();
  if (asksVersion(argv)) return printVersion(program.name(), argv.includes('--json'));
  try {
    await program.parseAsync(argv as string[], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return;
    if (error instanceof CommanderError && error.code === 'commander.help') {
      process.exitCode = errorTable.usage.exit;
      return;
    }
    const failure =
      error instanceof CommanderError
        ? new InterlockError('usage', { problem: wordsOf(error) }, { cause: error })
        : asInterlockError(error);
    reportFailure(failure, Boolean(program.opts().json));
    process.exitCode = failure.row.exit;
  }
}

/** No verb may stand beside it: verbs have an option of this name. */
function asksVersion(argv: readonly string[]): boolean {
  return argv.filter((word) => word !== '--json').join() === '--version';
}

function printVersion(name: string, isJson: boolean): void {
  const { version, commit } = programVersion();
  if (isJson) print(asJson({ version, commit }, 2));
  else print(line`${name} ${version}${commit ? ` (${commit})` : ''}`);
}

/** Commander's message as one sentence. */
function wordsOf({ message }: CommanderError): string {
  return message.replace(/^error: /, '').replace(/\n\(Did you mean (.*)\?\)$/, '; did you mean $1?');
}

function reportFailure(failure: InterlockError, json: boolean): void {
  const { code, message, remedy, row, details } = failure;
  if (json) print(asJson({ error: { kind: code, value: message, details } }));
  else print(`${message}\n${remedy}`, process.stderr);
  if (process.env.INTERLOCK_DEBUG || (row.retry !== 'never' && code === 'internal')) {
    print(failure.stack ?? '', process.stderr);
  }
}

function asJson(data: unknown, indent = 0): string {
  return visibleJson(JSON.stringify(data, null, indent) ?? 'null');
}
