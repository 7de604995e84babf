import { Argument, type Command } from 'commander';
import { answer, verb } from '../command/command.ts';
import { type CommandNode, describeProgram } from '../command/command-tree.ts';
import { bashCompletion } from './bash.ts';
import { fishCompletion } from './fish.ts';
import type { KindOf } from './places.ts';
import { zshCompletion } from './zsh.ts';

const shells: Record<string, (program: CommandNode, kindOf: KindOf) => string> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/** `completion`: what a shell needs to complete this program’s words, made from the words themselves. */
export function addCompletion(program: Command, kindOf: KindOf): void {
  verb(
    program,
    'completion',
    'Print a script that completes these commands in a shell',
    'source <(interlock completion bash)',
    'interlock completion fish > ~/.config/fish/completions/interlock.fish',
  )
    .addArgument(new Argument('<shell>', 'shell that runs the script').choices(Object.keys(shells)))
    .action(
      answer(async (shell: string, _flags: unknown) => {
        const text = shells[shell]?.(describeProgram(program), kindOf) ?? '';
        return { text: text.trimEnd(), data: { shell, text } };
      }),
    );
}
