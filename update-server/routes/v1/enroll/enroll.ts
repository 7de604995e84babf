import { randomUUID } from 'node:crypto';
import type { EnrollAnswer, EnrollRequest } from '../../../../protocol/api/check-in.ts';
import { InterlockError } from '../../../../protocol/errors/interlock-error.ts';
import { visible } from '../../../../protocol/text/visible.ts';
import { nameOf } from '../../../auth/audit-line.ts';
import { hashSecret, makeSecret } from '../../../auth/secret.ts';
import { maxUnapproved } from '../../../domain/hosts/enroll.ts';
import type { Store } from '../../../store/interface/store.ts';

const longestName = 253;

/**
 * Makes a host known under a random id: at once with a live join token; without one, where that is allowed, to be approved.
 * A host that comes again with the key it made itself is the same record, for the answer to it was lost. The same machine
 * with another key is a new one that takes nothing over, so that a stolen machine id is worth nothing.
 * Throws `unauthorized` for a token that is wrong or revoked, `enrolment_closed`, `enrolment_full`.
 */
export async function enroll(
  { store, now }: { store: Store; now(): Date },
  request: EnrollRequest,
): Promise<EnrollAnswer> {
  const { joinToken, hostKey, hostname, ...reported } = request;
  const at = now().toISOString();
  const found = joinToken === undefined ? undefined : await store.tokenByHash(hashSecret(joinToken), at);
  const token = found?.role === 'join' ? found : undefined;
  const credential = makeSecret('host');
  const id = randomUUID();
  // a name is read by people in more places than one would think of
  const name = visible(hostname).slice(0, longestName);
  const enrolled = await store.enroll(
    {
      ...reported,
      ...{ id, hostname: name, enrolled: at, credentialHash: hashSecret(credential) },
      keyHash: hostKey && hashSecret(hostKey),
      approved: token !== undefined,
      knownOnly: joinToken !== undefined && !token,
    },
    {
      at,
      who: token ? nameOf(token) : 'host',
      action: 'enroll',
      subject: { kind: 'host', id },
      detail: `${name}, machine ${reported.machineId}`,
    },
  );
  if ('id' in enrolled) return { hostId: enrolled.id, credential };
  if (enrolled.none === 'unknown') throw new InterlockError('unauthorized');
  if (enrolled.none === 'closed') throw new InterlockError('enrolment_closed');
  throw new InterlockError('enrolment_full', { limit: maxUnapproved });
}
