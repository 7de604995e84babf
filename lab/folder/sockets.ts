import { closeSync, openSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { basename, dirname } from 'node:path';

/** Where the switch is told to read its file again; each port is beside it. */
export const controlSocket = 'control.sock';

/** The socket of a port of the switch. */
export function portSocket(host: string): string {
  return `${host}.sock`;
}

/** Connects to a socket of a lab. Its path may be longer than the 107 bytes that an address has room for. */
export async function connectTo(path: string): Promise<Socket> {
  const folder = openSync(dirname(path), 'r');
  try {
    const socket = createConnection(`/proc/self/fd/${folder}/${basename(path)}`);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    // from here on a failure is the close that follows it
    socket.on('error', () => {});
    return socket;
  } finally {
    closeSync(folder);
  }
}
