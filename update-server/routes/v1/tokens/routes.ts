import { Type } from 'typebox';
import { TokenMade, TokenRequest, TokensAnswer } from '../../../../protocol/api/operator.ts';
import { InterlockError } from '../../../../protocol/errors/interlock-error.ts';
import { Id, strict } from '../../../../protocol/schema/schema.ts';
import { auditLine, nameOf } from '../../../auth/audit-line.ts';
import { createToken } from '../../../auth/create-token.ts';
import { admins } from '../../../routing/access.ts';
import { route } from '../../../routing/route.ts';
import type { Store } from '../../../store/interface/store.ts';

interface Needs {
  store: Store;
  now(): Date;
}

const listTokens = route({
  method: 'GET',
  url: '/v1/tokens',
  access: admins,
  summary: 'Tokens, without their secrets',
  schema: { response: { 200: TokensAnswer } },
  handler:
    ({ store }: Needs) =>
    async () => ({ tokens: await store.tokens() }),
});

const makeToken = route({
  method: 'POST',
  url: '/v1/tokens',
  access: admins,
  summary: 'Creates a token; its secret is shown only once',
  schema: { body: TokenRequest, response: { 200: TokenMade } },
  handler:
    ({ store, now }: Needs) =>
    async ({ body: { role, name = '' }, operator }, reply) => {
      reply.header('cache-control', 'no-store');
      return createToken(store, { role, name, who: nameOf(operator), now: now() });
    },
});

const revokeToken = route({
  method: 'DELETE',
  url: '/v1/tokens/:id',
  access: admins,
  summary: 'Revokes a token and ends its sessions',
  schema: { params: strict({ id: Id }), response: { 204: Type.Null() } },
  handler:
    ({ store, now }: Needs) =>
    async ({ params: { id }, operator }, reply) => {
      const tokens = await store.tokens();
      const admin = tokens.filter(({ role, revoked }) => role === 'admin' && !revoked);
      if (admin.length === 1 && admin[0]?.id === id) {
        const state = 'the last admin token';
        throw new InterlockError('wrong_state', { what: `token ${id}`, state, action: 'revoke' });
      }
      const line = auditLine(operator, now(), 'revoke token', { kind: 'token', id });
      if (!(await store.revokeToken(id, line.at, line)))
        throw new InterlockError('not_found', { what: `token ${id}` });
      return reply.code(204).send(null);
    },
});

/** How admins hand out tokens and end them. */
export const tokenRoutes = [listTokens, makeToken, revokeToken];
