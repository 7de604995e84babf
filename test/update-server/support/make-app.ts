import type { Role } from '../../../protocol/api/operator.ts';
import { createToken } from '../../../update-server/auth/create-token.ts';
import { openBlobs } from '../../../update-server/blobs/files.ts';
import { type AppOptions, createApp, type Parts } from '../../../update-server/http/app.ts';
import type { App } from '../../../update-server/routing/app.ts';
import type { Store } from '../../../update-server/store/interface/store.ts';
import { openSqliteStore } from '../../../update-server/store/sqlite/store.ts';
import { scratch } from './start-server.ts';

/** Every role that a token may have. */
export const roles: readonly Role[] = ['viewer', 'publisher', 'operator', 'admin', 'join', 'fleetlock'];

/** A server that is asked without a network, on a data folder and a clock of its own. */
export interface TestApp {
  app: App;
  store: Store;
  dir: string;
  tokens: Record<Role, string>;
  clock: { now: Date };
  get(url: string, role?: Role): Promise<Answer>;
  post(url: string, payload: object, role?: Role): Promise<Answer>;
  close(): Promise<void>;
}

interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: an answer is whatever came
  body: any;
}

const page = Buffer.from('<!doctype html><title>page</title>');
const file = { type: 'text/html; charset=utf-8', hash: 'h', bytes: page, gzip: page, brotli: page };

/** Makes it, with a token of each role. */
export async function makeApp(parts: Partial<Parts> = {}, options: AppOptions = {}): Promise<TestApp> {
  const { dir, remove } = scratch();
  const clock = { now: new Date('2026-03-01T12:00:00Z') };
  const store = parts.store ?? openSqliteStore(dir);
  const app = createApp(
    {
      store,
      blobs: openBlobs(dir),
      onlineKeys: undefined,
      now: () => clock.now,
      dashboard: async () => ({ files: new Map([['/', file]]) }),
      ...parts,
    },
    options,
  );
  const tokens = {} as Record<Role, string>;
  for (const role of roles) {
    tokens[role] = (await createToken(store, { role, name: role, who: 'test', now: clock.now })).token;
  }
  const answer = async (request: Promise<{ statusCode: number; body: string; json(): unknown }>) => {
    const { statusCode, body, json } = await request;
    return { status: statusCode, body: body ? json() : undefined };
  };
  return {
    ...{ app, store, dir, tokens, clock },
    get: (url, role = 'viewer') => answer(app.inject({ url, headers: bearer(tokens[role]) })),
    post: (url, payload, role = 'operator') =>
      answer(app.inject({ method: 'POST', url, payload, headers: bearer(tokens[role]) })),
    async close() {
      await app.close();
      await store.close();
      remove();
    },
  };
}

/** How a program says who it is. */
export function bearer(token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` };
}

/** Logs in as the page does; the cookie to send. */
export async function logIn(app: App, token: string): Promise<string> {
  const headers = { 'x-interlock': '1' };
  const answer = await app.inject({ method: 'POST', url: '/v1/session', headers, payload: { token } });
  return String(answer.headers['set-cookie'] ?? '').split(';')[0]!;
}
