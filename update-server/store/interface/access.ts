import type { TokenInfo } from '../../../protocol/api/operator.ts';
import type { NewAudit } from './audit.ts';

/** Somebody logged in by a token; the cookie's secret arrives as SHA-256 only. */
export interface NewSession {
  hash: string;
  /** The token's id; its end ends the session. */
  token: string;
  at: string;
}

/** Tokens and sessions, by hash. */
export interface AccessStore {
  addToken(token: TokenInfo, tokenHash: string, audit: NewAudit): Promise<void>;
  /** The token with this hash that is neither revoked nor expired; notes its use. */
  tokenByHash(tokenHash: string, now: string): Promise<TokenInfo | undefined>;
  tokens(): Promise<TokenInfo[]>;
  revokeToken(id: string, now: string, audit: NewAudit): Promise<boolean>;
  addSession(session: NewSession, audit: NewAudit): Promise<void>;
  /** The live token behind a session that was used since `usedAfter` and begun since `begunAfter`; notes its use. */
  tokenBySession(
    hash: string,
    at: { now: string; usedAfter: string; begunAfter: string },
  ): Promise<TokenInfo | undefined>;
  endSession(hash: string, audit: NewAudit): Promise<void>;
}
