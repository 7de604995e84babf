import type { EnrollAnswer, EnrollRequest } from '../../protocol/check-in.ts';
import { InterlockError } from '../../protocol/errors.ts';
import { visible } from '../../protocol/visible.ts';
import { whoIs } from '../operators/who-is.ts';
import type { Ports } from '../ports.ts';
import { hashSecret, makeId, makeSecret } from '../secret.ts';

const longestName = 253;

/**
 * Makes a host known under a new random id: at once with a live join token, to be approved without one. The same
 * machine enrolling again is a new record that takes nothing over, so that a stolen machine id is worth nothing.
 * Throws `unauthorized` for a token that is wrong or revoked.
 */
export async function enroll({ store, now }: Ports, request: EnrollRequest): Promise<EnrollAnswer> {
  const { joinToken, ...rest } = request;
  // read by people in more places than one would think of
  const said = { ...rest, hostname: visible(rest.hostname).slice(0, longestName) };
  const token = joinToken === undefined ? undefined : await store.tokenByHash(hashSecret(joinToken));
  if (joinToken !== undefined && token?.role !== 'join') throw new InterlockError('unauthorized');
  const hostId = makeId();
  const credential = makeSecret('host');
  const enrolled = now().toISOString();
  await store.enrol(
    { ...said, id: hostId, credentialHash: hashSecret(credential), enrolled, approved: token !== undefined },
    {
      at: enrolled,
      who: token ? whoIs(token) : 'host',
      action: token ? 'enroll' : 'ask to enroll',
      subject: `host ${hostId}`,
      detail: `${said.hostname}, machine ${said.machineId}`,
    },
  );
  return { hostId, credential };
}
