import { EnrollAnswer, EnrollRequest } from '../../../../protocol/api/check-in.ts';
import { knownFields } from '../../../../protocol/schema/schema.ts';
import { route } from '../../../routing/route.ts';
import type { Store } from '../../../store/interface/store.ts';
import { enroll } from './enroll.ts';

/** Hosts that one address may ask to let in without a join token; a thousand may wait in all. */
const askingAMinute = 300;

const enrollHost = route({
  method: 'POST',
  url: '/v1/enroll',
  access: 'anyone',
  summary:
    'Enrolls a host: approved at once with a join token; without one, where that is allowed, it waits for approval',
  schema: { body: EnrollRequest, response: { 200: EnrollAnswer } },
  shed: true,
  limit: {
    max: askingAMinute,
    exempt: ({ body }) => (body as EnrollRequest | undefined)?.joinToken !== undefined,
  },
  handler:
    (needs: { store: Store; now(): Date }) =>
    async ({ body }) =>
      enroll(needs, knownFields(EnrollRequest, body)),
});

/** How a host becomes known. */
export const enrollRoutes = [enrollHost];
