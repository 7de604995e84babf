import type { Command } from 'commander';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { print } from './print.ts';
import { askYes, canAsk } from './question.ts';

/** The flag of every verb that destroys something; what is destroyed, `confirm` says. */
export function addYes(command: Command): Command {
  return command.option('--yes', 'do it without asking; needed where there is no terminal to ask on');
}

/**
 * Says what will be lost and asks whether to go on, unless `--yes` was given. Without a terminal nobody can be asked, so the
 * verb refuses. Throws `unconfirmed`.
 */
export async function confirm(yes: boolean | undefined, loss: string): Promise<void> {
  if (await isConfirmed(yes, loss)) return;
  throw new InterlockError('unconfirmed', { what: canAsk() ? 'the answer was not yes' : loss });
}

/** The same for a verb that has something to show when it is not confirmed. */
export async function isConfirmed(yes: boolean | undefined, loss: string): Promise<boolean> {
  if (yes || !canAsk()) return yes ?? false;
  print(loss, process.stderr);
  return askYes('Type yes to go on: ');
}
