import { type KeptSocket, openSocket, postRequest } from '../support/sockets.ts';

/** Posts JSON as a host and gives the answer. */
export type Post = (path: string, secret: string, body: unknown) => Promise<unknown>;

/** A pool of connections that all hosts share. A server closes what is idle for long: another takes its place. */
export function openSockets(url: string, count: number): { post: Post; close(): void } {
  const sockets = new Set<KeptSocket>();
  const idle = new Set<KeptSocket>();
  const queue: ((socket: KeptSocket) => void)[] = [];
  let isOver = false;
  for (let n = 0; n < count; n++) open();

  function open(): void {
    const socket = openSocket(url, () => {
      sockets.delete(socket);
      idle.delete(socket);
      if (!isOver) open();
    });
    sockets.add(socket);
    free(socket);
  }

  function free(socket: KeptSocket): void {
    if (!sockets.has(socket)) return;
    const next = queue.shift();
    if (next) next(socket);
    else idle.add(socket);
  }

  function take(): Promise<KeptSocket> {
    const [socket] = idle;
    if (!socket) return new Promise((use) => queue.push(use));
    idle.delete(socket);
    return Promise.resolve(socket);
  }

  return {
    async post(path, secret, value) {
      const socket = await take();
      try {
        const { status, body } = await socket.send(postRequest(path, secret, JSON.stringify(value)));
        if (status !== 200) throw new Error(body);
        return JSON.parse(body);
      } finally {
        free(socket);
      }
    },
    close: () => {
      isOver = true;
      for (const socket of sockets) socket.close();
    },
  };
}
