import { Type } from 'typebox';
import { SessionAnswer, SessionRequest } from '../../../../protocol/api/dashboard.ts';
import type { TokenInfo } from '../../../../protocol/api/operator.ts';
import { InterlockError } from '../../../../protocol/errors/interlock-error.ts';
import { requireOwnPage } from '../../../auth/own-page.ts';
import { hashSecret, makeSecret } from '../../../auth/secret.ts';
import { giveCookie, sessionOf, takeCookie } from '../../../auth/session.ts';
import { whoIs } from '../../../auth/who-is.ts';
import type { App } from '../../../routing/app.ts';
import type { DeskPorts } from '../../../routing/ports.ts';

/** How the page logs in: a token once, then a cookie that ends with the token or after twelve idle hours. */
export function loginRoutes(app: App, { store, now, secure }: DeskPorts): void {
  const describe = ({ id, role, name }: TokenInfo) => ({ id, role, name });
  const audit = (token: TokenInfo, action: string, detail = '') => ({
    at: now().toISOString(),
    who: whoIs(token),
    action,
    subject: `token ${token.id}`,
    detail,
  });

  app.post(
    '/v1/session',
    { schema: { body: SessionRequest, response: { 200: SessionAnswer } } },
    async (request, reply) => {
      requireOwnPage(request);
      const token = await store.tokenByHash(hashSecret(request.body.token));
      if (!token || token.role === 'join') throw new InterlockError('unauthorized');
      const secret = makeSecret('session');
      const session = { hash: hashSecret(secret), token: token.id, at: now().toISOString() };
      await store.addSession(session, audit(token, 'log in', `from ${request.ip}`));
      giveCookie(reply, secret, secure);
      return describe(token);
    },
  );

  app.get('/v1/session', { schema: { response: { 200: SessionAnswer } } }, async ({ operator }) =>
    describe(operator),
  );

  app.delete('/v1/session', { schema: { response: { 204: Type.Null() } } }, async (request, reply) => {
    const secret = sessionOf(request, secure);
    if (secret) await store.endSession(hashSecret(secret), audit(request.operator, 'log out'));
    takeCookie(reply, secure);
    return reply.code(204).send(null);
  });
}
