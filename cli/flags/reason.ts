import { askLine, canAsk } from '../../system/terminal/question.ts';

/** The flag of verbs whose reason is kept in the audit log. */
export const reasonOption = [
  '--reason <text>',
  'reason, for the audit log and the dashboard; asked for on a terminal',
] as const;

/** The reason that was given, or is typed now; none where nobody can be asked. `what`: what will be done, such as `pause the rollout`. */
export async function readReason(given: string | undefined, what: string): Promise<string> {
  if (given !== undefined) return given;
  if (!canAsk()) return '';
  return askLine(`Why ${what}? For the audit log; Enter for no reason: `);
}
