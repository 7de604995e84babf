import { rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';

/** Listens on a UNIX socket for the one connection that a starting QEMU makes; `close` gives up waiting. */
export async function acceptOnce(path: string): Promise<{ connected: Promise<Socket>; close(): void }> {
  await rm(path, { force: true });
  const server = createServer();
  const connected = new Promise<Socket>((resolve) => {
    server.once('connection', (socket) => {
      socket.on('error', () => {});
      server.close();
      resolve(socket);
    });
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve));
  return { connected, close: () => void server.close() };
}
