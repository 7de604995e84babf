import { randomUUID } from 'node:crypto';
import type { Role, TokenInfo } from '../../protocol/api/operator.ts';
import type { Store } from '../store/interface/store.ts';
import { hashSecret, makeSecret } from './secret.ts';

interface NewToken {
  role: Role;
  name: string;
  who: string;
  now: Date;
  /** Of 256 random bits; made here when not given. */
  token?: string;
}

/** Makes a token; its secret is returned this once and stored as a hash. */
export async function createToken(
  store: Store,
  { role, name, who, now, token = makeSecret(role) }: NewToken,
): Promise<TokenInfo & { token: string }> {
  const at = now.toISOString();
  const info: TokenInfo = { id: randomUUID(), role, name, created: at, revoked: null };
  await store.addToken(info, hashSecret(token), {
    at,
    who,
    action: 'create token',
    subject: { kind: 'token', id: info.id },
    detail: `${role} ${name}`.trim(),
  });
  return { ...info, token };
}
