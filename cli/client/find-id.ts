import type { Static } from 'typebox';
import type { HostsAnswer } from '../../protocol/api/operator.ts';
import type { RolloutSummary } from '../../protocol/api/rollout.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { Client } from './client.ts';

const fullId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** True when a text can be the start of an id. */
export function looksLikeId(text: string): boolean {
  return /^[0-9a-f][0-9a-f-]{0,35}$/.test(text);
}

/** A host's id by its id, the start of it, or the host's name. Throws `not_found`, `usage`. */
export async function findHost(client: Client, text: string): Promise<string> {
  if (fullId.test(text)) return text;
  const { hosts } = await client.get<Static<typeof HostsAnswer>>(
    `v1/hosts?${new URLSearchParams({ query: text })}`,
  );
  const meant = hosts.filter(({ id, hostname }) => hostname === text || id.startsWith(text));
  return theOnly(
    'host',
    text,
    meant.map(({ id }) => id),
  );
}

/** A rollout's id by its id or the start of it. Throws `not_found`, `usage`. */
export async function findRollout(client: Client, text: string): Promise<string> {
  if (fullId.test(text)) return text;
  const { rollouts } = await client.get<{ rollouts: RolloutSummary[] }>('v1/rollouts');
  const meant = rollouts.filter(({ id }) => id.startsWith(text));
  return theOnly(
    'rollout',
    text,
    meant.map(({ id }) => id),
  );
}

/** The only one of `ids`. Throws `not_found`, or `usage` with the candidates. */
export function theOnly(what: string, text: string, ids: readonly string[]): string {
  const [id, ...others] = ids;
  if (id === undefined) throw new InterlockError('not_found', { what: `${what} ${text}` });
  if (others.length === 0) return id;
  const some = ids.slice(0, 5).join(', ');
  const problem = `${text} matches several ${what}s: ${some}${ids.length > 5 ? ', …' : ''}`;
  throw new InterlockError('usage', { problem });
}
