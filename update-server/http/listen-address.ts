import { BlockList, isIP } from 'node:net';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';

/** Where a server listens. */
export interface ListenAddress {
  host: string;
  /** 0: the system chooses. */
  port: number;
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Reads `host:port`, `[v6]:port` or `:port`; throws `usage`. */
export function parseListen(text: string): ListenAddress {
  const [, v6, name, digits] = /^(?:\[([^\]]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits ?? Number.NaN);
  if (!(port <= 65_535)) throw new InterlockError('usage', { problem: `--listen ${text}: not host:port` });
  return { host: v6 ?? (name || '::'), port };
}

/** Throws `listen_unsafe` when secrets would cross a network in the clear. */
export function checkListen(address: ListenAddress, isProtected: boolean): void {
  if (isProtected || isLoopback(address.host)) return;
  throw new InterlockError('listen_unsafe', { address: formatListen(address) });
}

/** The address as it stands in a URL. */
export function formatListen({ host, port }: ListenAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function isLoopback(host: string): boolean {
  const family = isIP(host);
  if (family === 0) return host === 'localhost';
  return loopback.check(host, family === 6 ? 'ipv6' : 'ipv4');
}
