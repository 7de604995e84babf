import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse as parseToml } from 'smol-toml';
import type { PolicyChoice } from '../../../protocol/api/rollout.ts';
import { type PolicyText, readPolicy, refuseContradictions } from '../../../protocol/documents/policy.ts';
import type { Window } from '../../../protocol/documents/window.ts';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { whatThereIs } from '../../../protocol/text/suggest.ts';
import type { NamedPolicy } from './start.ts';

/** The policy of a channel without one of its own. */
export const usualPolicy = 'now';

const shipped = ['now', 'normal', 'careful'] as const;

/** Turns an operator's choice into a policy: a shipped one by its name, or one in full. Throws `not_found`, `bad_input`. */
export function choosePolicy(choice: PolicyChoice): NamedPolicy {
  if (typeof choice !== 'string') {
    readPolicy(choice);
    refuseContradictions(choice);
    return { name: 'own', text: choice };
  }
  if (!shipped.includes(choice as (typeof shipped)[number])) {
    const known = whatThereIs(choice, shipped);
    throw new InterlockError('not_found', {
      what: `policy ${choice} (there are ${shipped.join(', ')})`,
      known,
    });
  }
  const text = readFileSync(join(import.meta.dirname, 'policies', `${choice}.toml`), 'utf8');
  return { name: choice, text: parseToml(text) as PolicyText };
}

/** A policy with a window in place of its own, for all its hosts. Throws `bad_input` for a window that is never open. */
export function withWindow(policy: NamedPolicy, window: Window | undefined): NamedPolicy {
  if (!window) return policy;
  const { group, ...rest } = policy.text;
  const groups = Object.entries(group ?? {}).map(([name, { window: _, ...pace }]) => [name, pace] as const);
  const text = { ...rest, ...(group ? { group: Object.fromEntries(groups) } : {}), window: [window] };
  readPolicy(text);
  return { name: 'own', text };
}
