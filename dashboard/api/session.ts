import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { SessionAnswer } from '../../protocol/api/dashboard.ts';
import { ApiError, request } from './request.ts';

/** Whose session the browser’s cookie belongs to; null when nobody is logged in. */
export async function loadSession(): Promise<SessionAnswer | null> {
  try {
    return await request<SessionAnswer>('GET', '/v1/session');
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }
}

/** Exchanges a token for a cookie that scripts cannot read. */
export function signIn(token: string): Promise<SessionAnswer> {
  return request<SessionAnswer>('POST', '/v1/session', { token: token.trim() });
}

/** Ends the session on the server too. */
export function signOut(): Promise<void> {
  return request('DELETE', '/v1/session');
}

/** Who is logged in, for every part of the dashboard. */
export const SessionContext = createContext<SessionAnswer | null>(null);

/** Whether to offer actions on hosts and rollouts; the server checks the role in any case. */
export function useMayAct(): boolean {
  const role = useContext(SessionContext)?.role;
  return role === 'operator' || role === 'admin';
}
