import { readFile, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { type Network, parseNetwork } from '../folder/network.ts';
import { controlSocket, portSocket } from '../folder/sockets.ts';
import { createSwitch } from './switch.ts';

/**
 * Runs the switch of a lab in this process, whose folder it makes its own: paths of sockets must be short. What its file says counts: it is
 * read at the start, and again for each connection to the control socket, which gets a line when that is done.
 */
export async function serveSwitch(folder: string): Promise<void> {
  process.chdir(folder);
  const network = createSwitch();
  const open = new Set<string>();
  const follow = async ({ ports, cut }: Network) => {
    network.cut(cut);
    for (const port of ports) {
      if (open.has(port)) continue;
      open.add(port);
      await listen(portSocket(port), (socket) => network.plug(port, socket));
    }
  };
  const read = async () => follow(parseNetwork(await readFile('network.json', 'utf8')));
  await read();
  let last = Promise.resolve();
  await listen(controlSocket, (socket) => {
    // whoever asks and does not wait for the answer has gone
    socket.on('error', () => {});
    last = last.then(read).then(
      () => void socket.end('done\n'),
      (error: Error) => void socket.end(`${error.message}\n`),
    );
  });
}

async function listen(path: string, use: (socket: Socket) => void): Promise<void> {
  await rm(path, { force: true });
  const server = createServer(use);
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve));
}
