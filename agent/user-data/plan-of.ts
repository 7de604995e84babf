import { emptyPlan, type Plan } from '../../protocol/user-data/plan.ts';
import { readUserData } from '../../system/user-data/read-user-data.ts';
import type { Found } from './ports/found.ts';
import type { Record } from './record/record.ts';

/** What the document asks for, with the name and the keys that its source has beside it. */
export function planOf({ userData, hostname, sshKeys }: Pick<Found, 'userData' | 'hostname' | 'sshKeys'>): {
  plan: Plan;
  problems: Record['problems'];
  /** Mistakes make the whole document count as empty. */
  isRefused: boolean;
} {
  const read = userData ? readUserData(userData) : { plan: emptyPlan(), problems: [] };
  const isRefused = read.problems.some(({ severity }) => severity === 'error');
  const plan = isRefused ? emptyPlan() : read.plan;
  const at = { line: 1, column: 1 };
  if (hostname && !plan.hostname) {
    const [name = hostname] = hostname.split('.');
    plan.hostname = { name, ...(hostname.includes('.') && { fqdn: hostname }), at };
  }
  plan.rootKeys.push(...sshKeys.map((key) => ({ key, at })));
  const problems = read.problems.map(({ at, severity, text, instead }) => ({
    item: `line ${at.line}${severity === 'warning' ? ' (warning)' : ''}`,
    problem: `${text}; ${instead}`,
  }));
  return { plan, problems, isRefused };
}
