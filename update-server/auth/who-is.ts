import type { TokenInfo } from '../../protocol/api/operator.ts';

/** How the audit log names the bearer of a token. */
export function whoIs(token: TokenInfo): string {
  return token.name ? `${token.name} (${token.role} ${token.id})` : `${token.role} ${token.id}`;
}
