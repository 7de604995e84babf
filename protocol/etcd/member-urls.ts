import { isIPv6 } from 'node:net';
import { clientPort, peerPort } from './host-files.ts';
import type { KnownMember } from './signing.ts';

/** Where a member answers to clients. */
export function clientUrl({ address }: Pick<KnownMember, 'address'>): string {
  return urlOf(address, clientPort);
}

/** Where a member answers to other members. */
export function peerUrl({ address }: Pick<KnownMember, 'address'>): string {
  return urlOf(address, peerPort);
}

/** The address in a member's URL. */
export function addressIn(url: string): string {
  return new URL(url).hostname.replace(/^\[|\]$/g, '');
}

function urlOf(address: string, port: number): string {
  return `https://${isIPv6(address) ? `[${address}]` : address}:${port}`;
}
