import { existsSync } from 'node:fs';
import type { Static } from 'typebox';
import { type Role, type TokenInfo, TokenMade, TokensAnswer } from '../../protocol/api/operator.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { parse } from '../../protocol/schema/schema.ts';
import { createToken } from '../../update-server/auth/create-token.ts';
import { openSqliteStore } from '../../update-server/store/sqlite/store.ts';
import { type ClientOptions, createClient } from './client.ts';

/** A server's tokens, however they are reached. */
export interface Tokens {
  create(role: Role, name: string): Promise<{ id: string; role: Role; token: string }>;
  list(): Promise<TokenInfo[]>;
  revoke(id: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens the tokens of a data folder, or of the server that flags, environment or login name. */
export function openTokens({ data, ...options }: ClientOptions & { data?: string }): Tokens {
  return data === undefined ? ofServer(options) : ofFolder(data);
}

function ofServer(options: ClientOptions): Tokens {
  const client = createClient(options);
  return {
    create: async (role, name): Promise<Static<typeof TokenMade>> =>
      parse(TokenMade, await client.post('v1/tokens', { role, name }), 'the server’s answer'),
    list: async () => parse(TokensAnswer, await client.get('v1/tokens'), 'the server’s answer').tokens,
    revoke: async (id) => client.delete(`v1/tokens/${encodeURIComponent(id)}`),
    close: async () => {},
  };
}

function ofFolder(dataDir: string): Tokens {
  if (!existsSync(dataDir)) throw new InterlockError('not_found', { what: dataDir });
  const store = openSqliteStore(dataDir);
  const who = 'command line';
  return {
    create: (role, name) => createToken(store, { role, name, who, now: new Date() }),
    list: () => store.tokens(),
    async revoke(id) {
      const now = new Date().toISOString();
      const subject = { kind: 'token', id } as const;
      const line = { at: now, who, action: 'revoke token', subject, detail: '' };
      if (!(await store.revokeToken(id, now, line))) {
        throw new InterlockError('not_found', { what: `token ${id}` });
      }
    },
    close: () => store.close(),
  };
}
