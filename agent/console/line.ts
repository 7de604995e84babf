import { type ErrorCode, errorTable } from '../../protocol/errors/error-table.ts';
import type { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { Memory } from '../state-machine/memory.ts';

/** What is said on the console; the same `topic` is not said twice in a row, whatever else changes in the text. */
export interface Line {
  topic: string;
  text: string;
}

const ownRemedies: Readonly<Record<string, string>> = {
  no_server:
    'Set `server` in a file of /etc/interlock/agent.d; a disk is given it by `interlock disk --config DIR`.',
};

/** What a person can do about a code, if that does not depend on its operands. */
export function remedyOf(code: string): string | null {
  if (Object.hasOwn(ownRemedies, code)) return ownRemedies[code]!;
  if (!Object.hasOwn(errorTable, code)) return null;
  const { remedy } = errorTable[code as ErrorCode];
  return remedy.includes('{') ? null : remedy;
}

/** What a host says that nobody has approved. */
export const waiting = 'where this host waits for approval. An operator types: interlock host approve HOST';

/** Whether this host reaches its server, and if not why and what to do; null when it was not asked since `from`. */
export function lineOf(
  { look }: Pick<Memory, 'look'>,
  server: string | null,
  wrong: InterlockError | null,
  from: Date,
): Line | null {
  if (wrong) return lineOfError(wrong);
  if (!look || new Date(look.at) < from) return null;
  const { reason, problem, unapproved } = look;
  if (!problem && unapproved)
    return { topic: `${server} unapproved`, text: `in touch with ${server}, ${waiting}` };
  if (!problem) return { topic: `${server}`, text: `in touch with ${server}` };
  return { topic: reason, text: [problem, remedyOf(reason)].filter(Boolean).join('. ') };
}

/** What ended a run before the server was asked. */
export function lineOfError({ code, message, remedy }: InterlockError): Line {
  return { topic: code, text: `${message}. ${remedy}` };
}
