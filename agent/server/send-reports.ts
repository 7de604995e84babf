import type { Report, ReportsAnswer } from '../../protocol/api/check-in.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';

/**
 * Sends reports so that one which the server cannot take keeps nobody else’s: what is refused as a whole is sent in
 * halves, and what is refused alone is dropped, for no later try would fare better.
 */
export async function sendReports(
  send: (reports: Report[]) => Promise<unknown>,
  reports: Report[],
): Promise<void> {
  try {
    await send(reports);
  } catch (error) {
    const isAlone = reports.length < 2;
    if (isAlone && isRefused(error)) return;
    if (isAlone || !(isRefused(error) || isTooLarge(error))) throw error;
    const half = Math.ceil(reports.length / 2);
    await sendReports(send, reports.slice(0, half));
    await sendReports(send, reports.slice(half));
  }
}

/** Only an answer that accounts for all that was sent has taken them. Throws `answer_invalid`. */
export function checkTaken({ accepted, refused = [] }: ReportsAnswer, sent: number, url: string): void {
  if (sent === 0 || accepted + refused.length === sent) return;
  const problem = `it accounts for ${accepted + refused.length} reports of ${sent}`;
  throw new InterlockError('answer_invalid', { url, status: 200, problem });
}

/** Whether the server itself, and not something on the way, says that it cannot read the request. */
export function isRefused(error: unknown): boolean {
  if (!(error instanceof InterlockError) || error.code !== 'answer_invalid') return false;
  return error.details.status === 400 && String(error.details.problem).startsWith('bad_input: ');
}

function isTooLarge(error: unknown): boolean {
  return error instanceof InterlockError && error.details.status === 413;
}
