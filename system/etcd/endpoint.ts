import type { Posted } from '../http/judge-answer.ts';
import type { Poster } from '../http/post-json.ts';

/** One endpoint of etcd: a member, or what stands before some. It has a token of its own. */
export interface Endpoint {
  url: string;
  ask(path: string, body: object, signal?: AbortSignal): Promise<Posted>;
}

/** The etcd user, where etcd asks for one. */
export interface Login {
  username?: string;
  password?: string;
}

/** Opens an endpoint; a user whose token it has forgotten is authenticated again. */
export function openEndpoint(url: string, post: Poster, { username, password = '' }: Login): Endpoint {
  let token: string | undefined;
  const base = url.replace(/\/$/, '');
  const send = (path: string, body: object, signal?: AbortSignal) =>
    post(`${base}/v3/${path}`, body, token ? { Authorization: token } : {}, signal);

  async function logIn(signal?: AbortSignal): Promise<Posted> {
    token = undefined;
    const posted = await send('auth/authenticate', { name: username, password }, signal);
    if (posted.kind === 'answer') token = String(posted.json.token);
    // whatever became of it, the request behind it was not sent
    return posted.kind === 'doubt' ? { ...posted, kind: 'unsent' } : posted;
  }

  return {
    url,
    async ask(path, body, signal) {
      if (username && !token) {
        const login = await logIn(signal);
        if (login.kind !== 'answer') return login;
      }
      const posted = await send(path, body, signal);
      if (!username || posted.kind !== 'refusal' || !isTokenOld(posted)) return posted;
      const login = await logIn(signal);
      return login.kind === 'answer' ? send(path, body, signal) : login;
    },
  };
}

/** A refusal changed nothing, so that the same request may be sent again. */
function isTokenOld({ error: { details } }: Extract<Posted, { kind: 'refusal' }>): boolean {
  return details.status === 401 || /revision of auth store is old/.test(String(details.problem));
}
