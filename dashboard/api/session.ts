import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { SessionAnswer } from '../../protocol/api/dashboard.ts';
import { ask, Refusal } from './ask.ts';

/** Who the browser's cookie belongs to; nobody without one. */
export async function whoAmI(): Promise<SessionAnswer | null> {
  try {
    return await ask<SessionAnswer>('GET', '/v1/session');
  } catch (error) {
    if (error instanceof Refusal && error.status === 401) return null;
    throw error;
  }
}

/** Exchanges a token for a cookie that scripts cannot read. */
export function signIn(token: string): Promise<SessionAnswer> {
  return ask<SessionAnswer>('POST', '/v1/session', { token: token.trim() });
}

/** Ends the session on the server too. */
export function signOut(): Promise<void> {
  return ask('DELETE', '/v1/session');
}

/** Who is logged in, for every part of the page. */
export const SessionContext = createContext<SessionAnswer | null>(null);

/** Whether the reader may hold hosts and steer rollouts; the server decides for itself in any case. */
export function useMayAct(): boolean {
  const role = useContext(SessionContext)?.role;
  return role === 'operator' || role === 'admin';
}
