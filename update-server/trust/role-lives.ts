import type { RoleLife } from '../../protocol/operator.ts';
import { isDue } from '../../protocol/trust.ts';
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

/** What people should do soon, in words: roles with less than a third of their life left. */
export function expiryWarnings(state: RepositoryState, now: Date): string[] {
  return roleLives(state, now)
    .filter(({ due }) => due)
    .map(({ role, expires, expired }) => {
      const days = Math.floor((new Date(expires).getTime() - now.getTime()) / 86_400_000);
      const when = expired ? `expired at ${expires}` : `expires in ${days} days (${expires})`;
      return `${role} ${when}: whoever holds its keys must sign it again (interlock keys renew)`;
    });
}
