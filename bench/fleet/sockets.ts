import { connect, type Socket } from 'node:net';

/** Posts JSON as a host and gives the answer. */
export type Post = (path: string, secret: string, body: unknown) => Promise<unknown>;

interface Waiting {
  request: string;
  done(answer: unknown): void;
  fail(error: Error): void;
}

const end = Buffer.from('\r\n\r\n');

/** A pool of kept sockets that all hosts share, one request at a time on each: a client library costs more than the server. */
export function openSockets(url: string, count: number): { post: Post; close(): void } {
  const { hostname, port } = new URL(url);
  const queue: Waiting[] = [];
  const idle: (() => void)[] = [];
  const sockets = new Set<Socket>();
  let isOver = false;
  for (let n = 0; n < count; n++) open();

  /** A server closes what is idle for long: another takes its place. */
  function open(): void {
    const socket = connect({ host: hostname, port: Number(port) });
    sockets.add(socket);
    let current: Waiting | undefined;
    let bytes = Buffer.alloc(0);
    const next = () => {
      current = queue.shift();
      if (current) socket.write(current.request);
      else idle.push(next);
    };
    socket.on('data', (chunk) => {
      bytes = bytes.length > 0 ? Buffer.concat([bytes, chunk]) : chunk;
      const head = bytes.indexOf(end);
      if (head < 0) return;
      const text = bytes.toString('latin1', 0, head);
      const size = head + end.length + Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
      if (bytes.length < size) return;
      const body = bytes.toString('utf8', head + end.length, size);
      bytes = bytes.subarray(size);
      if (text.startsWith('HTTP/1.1 200')) current?.done(JSON.parse(body));
      else current?.fail(new Error(body));
      next();
    });
    socket.on('error', (error) => current?.fail(error));
    socket.on('close', () => {
      sockets.delete(socket);
      if (idle.includes(next)) idle.splice(idle.indexOf(next), 1);
      current?.fail(new Error('closed'));
      if (!isOver) open();
    });
    next();
  }

  return {
    post: (path, secret, value) =>
      new Promise((done, fail) => {
        const body = JSON.stringify(value);
        const head =
          `POST ${path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer ${secret}\r\n` +
          `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`;
        queue.push({ request: head + body, done, fail });
        idle.pop()?.();
      }),
    close: () => {
      isOver = true;
      for (const socket of sockets) socket.destroy();
    },
  };
}
