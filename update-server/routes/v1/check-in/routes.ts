import { CheckIn, CheckInAnswer } from '../../../../protocol/api/check-in.ts';
import { knownFields } from '../../../../protocol/schema/schema.ts';
import { isExtensible } from '../../../routing/is-extensible.ts';
import { route } from '../../../routing/route.ts';
import { type CheckInNeeds, checkIn } from './check-in.ts';

const takeCheckIn = route({
  method: 'POST',
  url: '/v1/check-in',
  access: 'host',
  summary: 'A host reports its state and gets a decision: an offer, or none and the reason',
  schema: { body: CheckIn, response: { 200: CheckInAnswer } },
  shed: true,
  handler: (needs: CheckInNeeds) => async (request) => {
    const { body, caller } = request;
    const answer = await checkIn(needs, caller, knownFields(CheckIn, body));
    // agents of former releases refuse an answer with a field that they do not know
    return caller.approved || !isExtensible(request) ? answer : { ...answer, approved: false as const };
  },
});

/** How a host asks what to do. */
export const checkInRoutes = [takeCheckIn];
