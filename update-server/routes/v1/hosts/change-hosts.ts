import { ChangeHostsAnswer, ChangeHostsRequest } from '../../../../protocol/api/hosts.ts';
import { asInterlockError } from '../../../../protocol/errors/interlock-error.ts';
import { operators } from '../../../routing/access.ts';
import { route } from '../../../routing/route.ts';
import { applyAction, type ChangeNeeds } from './apply-action.ts';

/** The same for many hosts: what fails for one does not keep the others from it, and the answer says it of each. */
export const changeHosts = route({
  method: 'POST',
  url: '/v1/hosts/change',
  access: operators,
  summary: 'Holds, pins, groups, approves or forgets up to 500 hosts; the answer has the result of each',
  schema: { body: ChangeHostsRequest, response: { 200: ChangeHostsAnswer } },
  handler:
    (needs: ChangeNeeds) =>
    async ({ body: { hosts, reason, ...action }, operator }) => {
      const results = [...new Set(hosts)].map(async (id) => {
        try {
          await applyAction(needs, operator, id, action, reason);
          return { id, problem: null };
        } catch (error) {
          const { code, message } = asInterlockError(error);
          return { id, problem: { kind: code, value: message } };
        }
      });
      return { results: await Promise.all(results) };
    },
});
