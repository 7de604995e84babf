import type { IncomingHttpHeaders } from 'node:http';
import { Type } from 'typebox';
import {
  type TokenInfo,
  TokenMade,
  TokenRequest,
  TokenRevokeQuery,
  TokensAnswer,
} from '../../../../protocol/api/operator.ts';
import { InterlockError } from '../../../../protocol/errors/interlock-error.ts';
import { Id, strict } from '../../../../protocol/schema/schema.ts';
import { auditLine, nameOf } from '../../../auth/audit-line.ts';
import { createToken } from '../../../auth/create-token.ts';
import { admins } from '../../../routing/access.ts';
import { isExtensible } from '../../../routing/is-extensible.ts';
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
    async ({ headers }) => ({ tokens: (await store.tokens()).map((token) => shownTo(headers, token)) }),
});

const makeToken = route({
  method: 'POST',
  url: '/v1/tokens',
  access: admins,
  summary: 'Creates a token; its secret is shown only once',
  schema: { body: TokenRequest, response: { 200: TokenMade } },
  handler:
    ({ store, now }: Needs) =>
    async ({ body: { role, name = '', expires }, operator, headers }, reply) => {
      reply.header('cache-control', 'no-store');
      const made = await createToken(store, { role, name, expires, who: nameOf(operator), now: now() });
      return shownTo(headers, made);
    },
});

const revokeToken = route({
  method: 'DELETE',
  url: '/v1/tokens/:id',
  access: admins,
  summary: 'Revokes a token and ends its sessions',
  schema: { params: strict({ id: Id }), querystring: TokenRevokeQuery, response: { 204: Type.Null() } },
  handler:
    ({ store, now }: Needs) =>
    async ({ params: { id }, query: { reason = '' }, operator }, reply) => {
      const tokens = await store.tokens();
      const admin = tokens.filter(({ role, revoked }) => role === 'admin' && !revoked);
      if (admin.length === 1 && admin[0]?.id === id) {
        const state = 'the last admin token';
        throw new InterlockError('wrong_state', { what: `token ${id}`, state, action: 'revoke' });
      }
      const line = auditLine(operator, now(), 'revoke token', { kind: 'token', id }, reason);
      if (!(await store.revokeToken(id, line.at, line)))
        throw new InterlockError('not_found', { what: `token ${id}` });
      return reply.code(204).send(null);
    },
});

/** How admins hand out tokens and end them. */
export const tokenRoutes = [listTokens, makeToken, revokeToken];

/** The former release's command line refuses fields that it does not know. */
function shownTo<T extends TokenInfo>(headers: IncomingHttpHeaders, token: T): T {
  if (isExtensible({ headers }) || headers['x-interlock'] !== undefined) return token;
  const { used, expires, ...former } = token;
  return former as T;
}
