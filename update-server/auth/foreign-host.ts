import type { FastifyRequest } from 'fastify';
import type { Role } from '../../protocol/api/operator.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { Store } from '../store/interface/store.ts';
import { bearerOf } from './authenticate.ts';
import { hashSecret } from './secret.ts';

/** Where tokens of foreign hosts are looked up, and whether they need one. */
export interface ForeignHosts {
  store: Store;
  now(): Date;
  openFleetLock: boolean;
}

const allowed: readonly Role[] = ['fleetlock'];

/**
 * Throws `unauthorized` or `forbidden` unless a host that is not ours may use the lock. FleetLock has no credentials of
 * its own, but its clients send what stands in their URL, as a password; the name before it says nothing.
 */
export async function requireForeignHost(
  { store, now, openFleetLock }: ForeignHosts,
  request: FastifyRequest,
): Promise<void> {
  if (openFleetLock) return;
  const secret = bearerOf(request) ?? passwordOf(request);
  const token = secret && (await store.tokenByHash(hashSecret(secret), now().toISOString()));
  if (!token) {
    throw new InterlockError('unauthorized', {
      why: ': FleetLock needs a token of role fleetlock, as the password in its URL',
    });
  }
  if (!allowed.includes(token.role)) {
    throw new InterlockError('forbidden', { role: token.role, action: 'FleetLock' });
  }
}

function passwordOf({ headers }: FastifyRequest): string | undefined {
  const [, encoded] = /^Basic ([\w+/=]{1,512})$/i.exec(headers.authorization ?? '') ?? [];
  const text = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : text.slice(colon + 1);
}
