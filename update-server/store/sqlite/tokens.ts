import type Database from 'better-sqlite3';
import type { TokenInfo } from '../../../protocol/api/operator.ts';
import { isUseNoted } from '../../domain/access/sessions.ts';
import type { AccessStore } from '../interface/access.ts';
import type { AddAudit } from './audit.ts';
import type { Write } from './group-commit.ts';

type TokenStore = Pick<AccessStore, 'addToken' | 'tokenByHash' | 'tokens' | 'revokeToken'>;

/** Operators' and join tokens, by hash. */
export function tokenStore(db: Database.Database, write: Write, addAudit: AddAudit): TokenStore {
  const columns = 'id, role, name, created, revoked, used, expires';
  const insert = db.prepare(
    'INSERT INTO token (id, hash, role, name, created, revoked, expires) VALUES (@id, @hash, @role, @name, @created, @revoked, @expires)',
  );
  const byHash = db.prepare<[string, string], TokenInfo>(
    `SELECT ${columns} FROM token WHERE hash = ? AND revoked IS NULL AND (expires IS NULL OR expires > ?)`,
  );
  const touch = db.prepare('UPDATE token SET used = ? WHERE id = ?');
  const all = db.prepare<[], TokenInfo>(`SELECT ${columns} FROM token ORDER BY created, id`);
  const revoked = db.prepare<[string], Pick<TokenInfo, 'revoked'>>('SELECT revoked FROM token WHERE id = ?');
  const revoke = db.prepare('UPDATE token SET revoked = coalesce(revoked, ?) WHERE id = ?');
  return {
    addToken: (token, hash, audit) =>
      write(() => {
        const { expires = null } = token;
        insert.run({ ...token, hash, expires });
        addAudit(audit, null, { role: token.role, name: token.name, ...(expires ? { expires } : {}) });
      }),
    tokenByHash: async (hash, now) => {
      const token = byHash.get(hash, now);
      if (token && (!token.used || isUseNoted(token.used, now))) {
        // nobody waits for it, and a full disk must not keep those out who come to mend it
        write(() => void touch.run(now, token.id)).catch(() => {});
      }
      return token;
    },
    tokens: async () => all.all(),
    revokeToken: (id, now, audit) =>
      write(() => {
        const before = revoked.get(id);
        if (!before) return false;
        revoke.run(now, id);
        addAudit(audit, { revoked: before.revoked }, { revoked: before.revoked ?? now });
        return true;
      }),
  };
}
