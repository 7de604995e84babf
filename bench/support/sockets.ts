import { connect } from 'node:net';

/** What a server answered. */
export interface Answer {
  status: number;
  body: string;
}

/** A kept connection, one request at a time: a client library costs more than the servers it would measure. */
export interface KeptSocket {
  /** Sends a whole request and resolves with its answer; rejects when the connection ends before. */
  send(request: string): Promise<Answer>;
  close(): void;
}

const end = Buffer.from('\r\n\r\n');

/** Connects; `onClose` hears of every end, so that a pool can put another in its place. */
export function openSocket(url: string, onClose: () => void = () => {}): KeptSocket {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  let current: PromiseWithResolvers<Answer> | undefined;
  let bytes = Buffer.alloc(0);
  const settle = () => {
    const waiting = current;
    current = undefined;
    return waiting;
  };
  socket.on('data', (chunk) => {
    bytes = bytes.length > 0 ? Buffer.concat([bytes, chunk]) : chunk;
    const found = takeAnswer(bytes);
    if (!found) return;
    bytes = bytes.subarray(found.size);
    settle()?.resolve(found.answer);
  });
  socket.on('error', (error) => settle()?.reject(error));
  socket.on('close', () => {
    settle()?.reject(new Error('the connection ended'));
    onClose();
  });
  return {
    send(request) {
      current = Promise.withResolvers();
      socket.write(request);
      return current.promise;
    },
    close: () => void socket.destroy(),
  };
}

/** A POST of JSON as a host sends it. */
export function postRequest(path: string, secret: string, body: string): string {
  return (
    `POST ${path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer ${secret}\r\n` +
    `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  );
}

function takeAnswer(bytes: Buffer): { size: number; answer: Answer } | undefined {
  const head = bytes.indexOf(end);
  if (head < 0) return undefined;
  const text = bytes.toString('latin1', 0, head);
  const size = head + end.length + Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
  if (bytes.length < size) return undefined;
  const status = Number(text.slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length));
  return { size, answer: { status, body: bytes.toString('utf8', head + end.length, size) } };
}
