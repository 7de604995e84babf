import { noneReasons, type ReasonText } from '../../protocol/rules/none-reasons.ts';
import { lookUp } from './tone.ts';

type Shown = Pick<ReasonText, 'label' | 'change'>;

const offered: Shown = { label: 'updating', change: 'Nothing to do: the host is installing the update.' };

const silent: Shown = { label: 'silent', change: 'It takes part once it checks in again.' };

function describe(decision: string): Shown {
  const unknown = { label: decision.replaceAll('_', ' '), change: '' };
  if (decision === 'silent') return silent;
  return decision === 'offered' ? offered : lookUp<Shown>(noneReasons, decision, unknown);
}

/** What a host’s last check-in got, in few words. */
export function decisionLabel(decision: string): string {
  return describe(decision).label;
}

/** What would change a decision; empty when nothing is known. */
export function decisionChange(decision: string): string {
  return describe(decision).change;
}
