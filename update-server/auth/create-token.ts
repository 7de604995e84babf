import { randomUUID } from 'node:crypto';
import type { Role, TokenInfo } from '../../protocol/api/operator.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { Store } from '../store/interface/store.ts';
import { hashSecret, makeSecret } from './secret.ts';

interface NewToken {
  role: Role;
  name: string;
  who: string;
  now: Date;
  /** From then on it is refused; never if not given. */
  expires?: string | undefined;
  /** Of 256 random bits; made here when not given. */
  token?: string;
}

/** Makes a token; its secret is returned this once and stored as a hash. */
export async function createToken(
  store: Store,
  { role, name, who, now, expires, token = makeSecret(role) }: NewToken,
): Promise<TokenInfo & { token: string }> {
  const at = now.toISOString();
  if (expires !== undefined && expires <= at) {
    throw new InterlockError('bad_input', {
      what: 'token',
      problem: `it would expire at ${expires}, which is past`,
    });
  }
  const ends = { revoked: null, expires: expires ?? null };
  const info: TokenInfo = { id: randomUUID(), role, name, created: at, used: null, ...ends };
  await store.addToken(info, hashSecret(token), {
    at,
    who,
    action: 'create token',
    subject: { kind: 'token', id: info.id },
    detail: `${role} ${name}`.trim(),
  });
  return { ...info, token };
}
