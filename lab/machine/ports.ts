import { createServer, type Server } from 'node:net';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';

const loopback = '127.0.0.1';

/** Ports of the loopback interface that nothing listens on, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listen(0)));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map(close));
  return ports;
}

/** Throws `port_taken` when something listens there. */
export async function requireFree(port: number, purpose: string): Promise<void> {
  const server = await listen(port).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'EADDRINUSE') throw new InterlockError('port_taken', { port, purpose }, { cause });
    throw new InterlockError(
      'usage',
      { problem: `port ${port} cannot be used: ${cause.message}` },
      { cause },
    );
  });
  await close(server);
}

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, loopback, () => resolve(server));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
