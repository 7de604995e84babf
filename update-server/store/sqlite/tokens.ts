import type Database from 'better-sqlite3';
import type { TokenInfo } from '../../../protocol/api/operator.ts';
import type { AccessStore } from '../interface/access.ts';
import type { AddAudit } from './audit.ts';
import type { Write } from './group-commit.ts';

type TokenStore = Pick<AccessStore, 'addToken' | 'tokenByHash' | 'tokens' | 'revokeToken'>;

/** Operators' and join tokens, by hash. */
export function tokenStore(db: Database.Database, write: Write, addAudit: AddAudit): TokenStore {
  const columns = 'id, role, name, created, revoked';
  const insert = db.prepare('INSERT INTO token VALUES (@id, @hash, @role, @name, @created, @revoked)');
  const byHash = db.prepare<[string], TokenInfo>(
    `SELECT ${columns} FROM token WHERE hash = ? AND revoked IS NULL`,
  );
  const all = db.prepare<[], TokenInfo>(`SELECT ${columns} FROM token ORDER BY created, id`);
  const revoked = db.prepare<[string], Pick<TokenInfo, 'revoked'>>('SELECT revoked FROM token WHERE id = ?');
  const revoke = db.prepare('UPDATE token SET revoked = coalesce(revoked, ?) WHERE id = ?');
  return {
    addToken: (token, hash, audit) =>
      write(() => {
        insert.run({ ...token, hash });
        addAudit(audit, null, { role: token.role, name: token.name });
      }),
    tokenByHash: async (hash) => byHash.get(hash),
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
