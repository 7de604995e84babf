import { readFile } from 'node:fs/promises';
import type { PolicyChoice } from '../../protocol/api/rollout.ts';
import type { PolicyText } from '../../protocol/documents/policy.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';

/** The flag of verbs that start rollouts. */
export const policyOption = [
  '--policy <policy>',
  'policy of the rollout: careful, normal, now, or a TOML file (default: that of the channel)',
] as const;

/** A shipped policy by name, or a file's text, checked here so that the message names the file. Throws `not_found`, `bad_input`. */
export async function readPolicyChoice(given: string | undefined): Promise<PolicyChoice | undefined> {
  if (given === undefined || !given.endsWith('.toml')) return given;
  const text = await readFile(given, 'utf8').catch((cause: unknown) => {
    throw new InterlockError('not_found', { what: given }, { cause });
  });
  // loaded when there is a file alone: the schemas are half of what a command takes to start
  const { readPolicy, refuseContradictions } = await import('../../protocol/documents/policy.ts');
  const { parse: parseToml } = await import('smol-toml');
  try {
    const value = parseToml(text);
    readPolicy(value, given);
    refuseContradictions(value as PolicyText, given);
    return value as PolicyChoice;
  } catch (cause) {
    if (cause instanceof InterlockError) throw cause;
    throw new InterlockError('bad_input', { what: given, problem: (cause as Error).message }, { cause });
  }
}
