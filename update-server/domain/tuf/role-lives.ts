import type { RoleLife } from '../../../protocol/api/operator.ts';
import { isDue, livesTooLong, onlineRoles, signedAt } from '../../../protocol/documents/trust.ts';
import { dayMs } from '../../../protocol/time/durations.ts';
import type { RepositoryState } from './state.ts';

/** When the metadata of each role expires, what the server signs included. */
export function roleLives({ roles, snapshot, timestamp }: RepositoryState, now: Date): RoleLife[] {
  const texts = { ...roles, ...(snapshot ? { snapshot } : {}), ...(timestamp ? { timestamp } : {}) };
  return Object.entries(texts).map(([role, text]) => {
    const { signed, signatures } = JSON.parse(text) as {
      signed: { version: number; expires: string };
      signatures: { keyid: string }[];
    };
    const { version, expires } = signed;
    const keys = signatures.map(({ keyid }) => keyid);
    return {
      role,
      keys,
      version,
      expires,
      due: isDue(role, expires, now),
      expired: new Date(expires) <= now,
    };
  });
}

/** What people should do soon, in words: roles with less than a third of their life left, or with far too much. */
export function expiryWarnings(state: RepositoryState, now: Date): string[] {
  return roleLives(state, now)
    .filter(({ due }) => due)
    .map(({ role, expires, expired }) => {
      if (livesTooLong(role, expires, now)) return tooLong(role, expires);
      const days = Math.floor((new Date(expires).getTime() - now.getTime()) / dayMs);
      const when = expired ? `expired at ${expires}` : `expires in ${days} days (${expires})`;
      return `${role} ${when}: its key holders must sign it again (interlock keys renew)`;
    });
}

function tooLong(role: string, expires: string): string {
  const at = signedAt(role, expires).toISOString().slice(0, 10);
  const remedy = (onlineRoles as readonly string[]).includes(role)
    ? 'this server signs it again once its clock is right'
    : `if this server’s clock is right, sign it again (interlock keys renew --role ${role})`;
  return `${role} lives until ${expires}, as if signed on ${at}, which is yet to come: ${remedy}`;
}
