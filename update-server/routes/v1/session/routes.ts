import { Type } from 'typebox';
import { SessionAnswer, SessionRequest } from '../../../../protocol/api/dashboard.ts';
import type { TokenInfo } from '../../../../protocol/api/operator.ts';
import { InterlockError } from '../../../../protocol/errors/interlock-error.ts';
import { auditLine } from '../../../auth/audit-line.ts';
import type { TokenSource } from '../../../auth/authenticate.ts';
import { requireOwnPage } from '../../../auth/own-page.ts';
import { hashSecret, makeSecret } from '../../../auth/secret.ts';
import { clearCookie, sessionOf, setCookie } from '../../../auth/session.ts';
import { readers } from '../../../routing/access.ts';
import { route } from '../../../routing/route.ts';

const url = '/v1/session';
/** Tries to log in from one address; secrets of 256 bits are guessed no sooner, but a log stays readable. */
const loginsAMinute = 30;

const logIn = route({
  method: 'POST',
  url,
  access: 'anyone',
  summary: 'Logs in with a token and sets the session cookie',
  schema: { body: SessionRequest, response: { 200: SessionAnswer } },
  limit: { max: loginsAMinute },
  handler:
    ({ store, now, secure }: TokenSource) =>
    async (request, reply) => {
      requireOwnPage(request);
      const token = await store.tokenByHash(hashSecret(request.body.token), now().toISOString());
      if (!token || token.role === 'join' || token.role === 'fleetlock')
        throw new InterlockError('unauthorized');
      const secret = makeSecret('session');
      const line = auditLine(token, now(), 'log in', { kind: 'token', id: token.id }, `from ${request.ip}`);
      await store.addSession({ hash: hashSecret(secret), token: token.id, at: line.at }, line);
      setCookie(reply, secret, secure);
      return shown(token);
    },
});

const showSession = route({
  method: 'GET',
  url,
  access: readers,
  summary: 'The token of this request: name and role',
  schema: { response: { 200: SessionAnswer } },
  handler:
    () =>
    async ({ operator }) =>
      shown(operator),
});

const logOut = route({
  method: 'DELETE',
  url,
  access: readers,
  summary: 'Logs out and ends the session',
  schema: { response: { 204: Type.Null() } },
  handler:
    ({ store, now, secure }: TokenSource) =>
    async (request, reply) => {
      const secret = sessionOf(request, secure);
      const { operator } = request;
      const line = auditLine(operator, now(), 'log out', { kind: 'token', id: operator.id });
      if (secret) await store.endSession(hashSecret(secret), line);
      clearCookie(reply, secure);
      return reply.code(204).send(null);
    },
});

/** How the dashboard logs in: a token once, then a cookie that ends with the token or after twelve idle hours. */
export const sessionRoutes = [logIn, showSession, logOut];

function shown({ id, role, name }: TokenInfo): SessionAnswer {
  return { id, role, name };
}
