import { CheckIn, CheckInAnswer } from '../../../../protocol/api/check-in.ts';
import { knownFields } from '../../../../protocol/schema/schema.ts';
import { route } from '../../../routing/route.ts';
import { type CheckInNeeds, checkIn } from './check-in.ts';

const takeCheckIn = route({
  method: 'POST',
  url: '/v1/check-in',
  access: 'host',
  summary: 'A host says where it is and hears where it may go',
  schema: { body: CheckIn, response: { 200: CheckInAnswer } },
  shed: true,
  handler:
    (needs: CheckInNeeds) =>
    async ({ body, caller }) =>
      checkIn(needs, caller, knownFields(CheckIn, body)),
});

/** How a host asks what to do. */
export const checkInRoutes = [takeCheckIn];
