import { connect } from 'node:net';

/** Fetches a path on `count` connections at once and throws the bytes away; resolves with how many each got, heads included. */
export function downloadAtOnce(url: string, path: string, count: number): Promise<number[]> {
  return Promise.all(Array.from({ length: count }, () => download(new URL(url), path)));
}

/** One bare socket: a client library would take the processor from the server it measures. */
function download({ hostname, port }: URL, path: string): Promise<number> {
  return new Promise((done, fail) => {
    let received = 0;
    const onread = {
      buffer: Buffer.allocUnsafe(256 * 1024),
      callback: (count: number) => {
        received += count;
        return true;
      },
    };
    const socket = connect({ host: hostname, port: Number(port), onread });
    socket.write(`GET ${path} HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n`);
    socket.on('error', fail).on('close', () => done(received));
  });
}
