import type { KeyObject } from 'node:crypto';
import type { onlineRoles } from '../../../protocol/documents/trust.ts';

/** The only private keys a server has; stealing them can withhold updates and nothing else. */
export type OnlineKeys = Record<(typeof onlineRoles)[number], KeyObject>;
