import { Type } from 'typebox';
import { TokenMade, TokenRequest, TokensAnswer } from '../../../../protocol/api/operator.ts';
import { InterlockError } from '../../../../protocol/errors/interlock-error.ts';
import { Id, strict } from '../../../../protocol/schema/schema.ts';
import { createToken } from '../../../auth/create-token.ts';
import { whoIs } from '../../../auth/who-is.ts';
import type { App } from '../../../routing/app.ts';
import type { Ports } from '../../../routing/ports.ts';

/** How admins hand out tokens and end them. */
export function tokenRoutes(app: App, { store, now }: Ports): void {
  app.get('/v1/tokens', { schema: { response: { 200: TokensAnswer } } }, async () => ({
    tokens: await store.tokens(),
  }));

  app.post(
    '/v1/tokens',
    { schema: { body: TokenRequest, response: { 200: TokenMade } } },
    async ({ body: { role, name = '' }, operator }, reply) => {
      reply.header('cache-control', 'no-store');
      return createToken(store, { role, name, who: whoIs(operator), now: now() });
    },
  );

  app.delete(
    '/v1/tokens/:id',
    { schema: { params: strict({ id: Id }), response: { 204: Type.Null() } } },
    async ({ params: { id }, operator }, reply) => {
      const tokens = await store.tokens();
      const admins = tokens.filter(({ role, revoked }) => role === 'admin' && !revoked);
      if (admins.length === 1 && admins[0]?.id === id) {
        const state = 'the last admin token';
        throw new InterlockError('wrong_state', { what: `token ${id}`, state, action: 'revoke' });
      }
      const at = now().toISOString();
      const line = { at, who: whoIs(operator), action: 'revoke token', subject: `token ${id}`, detail: '' };
      if (!(await store.revokeToken(id, at, line)))
        throw new InterlockError('not_found', { what: `token ${id}` });
      return reply.code(204).send(null);
    },
  );
}
