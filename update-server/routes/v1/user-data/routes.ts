import { longestUserData, UserDataAnswer, UserDataRequest } from '../../../../protocol/api/user-data.ts';
import { readers } from '../../../routing/access.ts';
import { route } from '../../../routing/route.ts';
import { openChecks } from './check-in-thread.ts';

const checkUserData = route({
  method: 'POST',
  url: '/v1/user-data/check',
  access: readers,
  summary: 'Checks user-data, and says what it would do on a host; nothing is kept',
  // each character may be an escape in JSON
  bodyLimit: 2 * longestUserData + 1024,
  limit: { max: 60 },
  schema: { body: UserDataRequest, response: { 200: UserDataAnswer } },
  handler: () => {
    const check = openChecks();
    return async ({ body: { text } }) => check(text);
  },
});

/** What machines are given at their first boot. */
export const userDataRoutes = [checkUserData];
