import { CheckIn, CheckInAnswer } from '../../../../protocol/api/check-in.ts';
import { knownFields } from '../../../../protocol/schema/schema.ts';
import { route } from '../../../routing/route.ts';
import { type CheckInNeeds, checkIn } from './check-in.ts';

const takeCheckIn = route({
  method: 'POST',
  url: '/v1/check-in',
  access: 'host',
  summary: 'A host reports its state and gets a decision: an offer, or none and the reason',
  schema: { body: CheckIn, response: { 200: CheckInAnswer } },
  shed: true,
  handler:
    (needs: CheckInNeeds) =>
    async ({ body, caller }) =>
      checkIn(needs, caller, knownFields(CheckIn, body)),
});

/** How a host asks what to do. */
export const checkInRoutes = [takeCheckIn];
