import { createSocket } from 'node:dgram';
import { networkInterfaces } from 'node:os';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';

/** The address by which this host reaches its etcd, so that others reach the host by it too; no packet is sent. */
export async function ownAddress(endpoints: readonly string[]): Promise<string> {
  for (const endpoint of endpoints) {
    const { hostname, port } = new URL(endpoint);
    const address = await localAddressTo(hostname.replace(/^\[|\]$/g, ''), Number(port) || 2379);
    if (address && !isLoopback(address)) return address;
  }
  const outer = Object.entries(networkInterfaces())
    .filter(([name]) => !/^(lo|docker|br-|veth)/.test(name))
    .flatMap(([, addresses = []]) => addresses)
    .find(({ internal, family }) => !internal && family === 'IPv4');
  if (outer) return outer.address;
  throw new InterlockError('usage', {
    problem: 'this host has no address of its own; give one: --address 10.0.0.7',
  });
}

function localAddressTo(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    const end = (address: string | undefined) => {
      socket.close();
      resolve(address);
    };
    socket.once('error', () => end(undefined));
    socket.connect(port, host, () => end(socket.address().address));
  });
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}
