import { existsSync } from 'node:fs';
import type { Static } from 'typebox';
import type { Role, TokenInfo, TokenMade } from '../../protocol/api/operator.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { type ClientOptions, createClient } from './client.ts';

/** A server's tokens, however they are reached. */
export interface Tokens {
  create(role: Role, name: string, expires?: string): Promise<{ id: string; role: Role; token: string }>;
  list(): Promise<TokenInfo[]>;
  revoke(id: string, reason: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens the tokens of a data folder, or of the server that flags, environment or login name. */
export async function openTokens({ data, ...options }: ClientOptions & { data?: string }): Promise<Tokens> {
  return data === undefined ? ofServer(options) : ofFolder(data);
}

function ofServer(options: ClientOptions): Tokens {
  const client = createClient(options);
  return {
    create: (role, name, expires) => {
      const body = { role, name, ...(expires === undefined ? {} : { expires }) };
      return client.post<Static<typeof TokenMade>>('v1/tokens', body);
    },
    list: async () => (await client.get<{ tokens: TokenInfo[] }>('v1/tokens')).tokens,
    revoke: async (id, reason) => {
      const query = reason ? `?${new URLSearchParams({ reason })}` : '';
      return client.delete(`v1/tokens/${encodeURIComponent(id)}${query}`);
    },
    close: async () => {},
  };
}

/** Loads the server's store when it is needed alone: it is most of what this command takes to start. */
async function ofFolder(dataDir: string): Promise<Tokens> {
  if (!existsSync(dataDir)) throw new InterlockError('not_found', { what: dataDir });
  const { openSqliteStore } = await import('../../update-server/store/sqlite/store.ts');
  const { createToken } = await import('../../update-server/auth/create-token.ts');
  const store = openSqliteStore(dataDir);
  const who = 'command line';
  return {
    create: (role, name, expires) => createToken(store, { role, name, expires, who, now: new Date() }),
    list: () => store.tokens(),
    async revoke(id, reason) {
      const now = new Date().toISOString();
      const subject = { kind: 'token', id } as const;
      const line = { at: now, who, action: 'revoke token', subject, detail: reason };
      if (!(await store.revokeToken(id, now, line))) {
        throw new InterlockError('not_found', { what: `token ${id}` });
      }
    },
    close: () => store.close(),
  };
}
