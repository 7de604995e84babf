import type { Role } from '../../protocol/api/operator.ts';

/** Who may call a route: roles of operators' tokens, a host's credential, or anyone. */
export type Access = 'anyone' | 'host' | readonly Role[];

/** Reading is open to every token but join tokens. */
export const readers = ['viewer', 'publisher', 'operator', 'admin'] as const satisfies Access;
/** Who uploads and publishes releases. */
export const publishers = ['publisher', 'admin'] as const satisfies Access;
/** Who controls hosts and rollouts. */
export const operators = ['operator', 'admin'] as const satisfies Access;
/** Who manages tokens and enrollment. */
export const admins = ['admin'] as const satisfies Access;
