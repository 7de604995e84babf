import { randomBytes } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { type DiscoveryMade, usualSize } from '../../../../protocol/api/discovery.ts';
import { InterlockError } from '../../../../protocol/errors/interlock-error.ts';
import { weekMs } from '../../../../protocol/time/durations.ts';
import { auditLine } from '../../../auth/audit-line.ts';
import { hashSecret } from '../../../auth/secret.ts';
import type { Store } from '../../../store/interface/store.ts';

/** Clusters that may form at once. */
const mostTokens = 1000;

/** Where tokens are kept. */
export interface TokenNeeds {
  store: Store;
  now(): Date;
}

/** Makes a token of 128 random bits, and the URL under which members find each other. Throws `discovery_full`. */
export async function makeDiscoveryToken(
  { store, now }: TokenNeeds,
  { operator, protocol, host }: Pick<FastifyRequest, 'operator' | 'protocol' | 'host'>,
  size = usualSize,
): Promise<DiscoveryMade> {
  const time = now();
  const token = randomBytes(16).toString('hex');
  const hash = hashSecret(token);
  const expires = new Date(time.getTime() + weekMs).toISOString();
  const subject = { kind: 'discovery', id: hash.slice(0, 12) } as const;
  const audit = auditLine(operator, time, 'create discovery token', subject, `${size} members`);
  const registry = { hash, size, made: audit.at, expires };
  if (!(await store.addRegistry(registry, mostTokens, audit))) {
    throw new InterlockError('discovery_full', { limit: mostTokens });
  }
  return { url: `${protocol}://${host}/discovery/${token}`, size, expires };
}
