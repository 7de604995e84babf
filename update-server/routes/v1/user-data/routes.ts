import { longestUserData, UserDataAnswer, UserDataRequest } from '../../../../protocol/api/user-data.ts';
import { describePlan } from '../../../../protocol/user-data/describe-plan.ts';
import { readUserData } from '../../../../system/user-data/read-user-data.ts';
import { readers } from '../../../routing/access.ts';
import { route } from '../../../routing/route.ts';

/** Problems that are answered at once. */
const mostProblems = 200;
/** Characters of a line that are answered. */
const longestLine = 400;

const checkUserData = route({
  method: 'POST',
  url: '/v1/user-data/check',
  access: readers,
  summary: 'Checks user-data, and says what it would do on a host; nothing is kept',
  // each character may be an escape in JSON
  bodyLimit: 2 * longestUserData + 1024,
  limit: { max: 60 },
  schema: { body: UserDataRequest, response: { 200: UserDataAnswer } },
  handler:
    () =>
    async ({ body: { text } }) => {
      const { plan, problems, parts } = readUserData(Buffer.from(text));
      const valid = problems.every(({ severity }) => severity !== 'error');
      const lines = parts.map((part) => part.split('\n'));
      return {
        valid,
        problems: problems.slice(0, mostProblems).map((problem) => {
          const source = lines[(problem.at.part ?? 1) - 1]?.[problem.at.line - 1] ?? '';
          return { ...problem, source: source.slice(0, longestLine) };
        }),
        plan: valid ? describePlan(plan) : [],
      };
    },
});

/** What machines are given at their first boot. */
export const userDataRoutes = [checkUserData];
