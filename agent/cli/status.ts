import type { Command } from 'commander';
import { answer, verb } from '../../system/command/command.ts';
import { dataOf, readStatus } from './read-status.ts';
import { formatStatus } from './status-text.ts';

/** `interlock-agent status`: the full status of this host on one screen. */
export function addStatus(program: Command, root: () => string): void {
  verb(
    program,
    'status',
    'Show what this host runs, what it is doing and why',
    'interlock-agent status',
    'interlock-agent status --json',
  ).action(
    answer(async () => {
      const status = await readStatus(root());
      return { text: formatStatus(status, new Date()), data: dataOf(status) };
    }),
  );
}
