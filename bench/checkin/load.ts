import { connect } from 'node:net';

/** What a load got. Latencies in milliseconds. */
export interface LoadResult {
  requests: number;
  p50: number;
  p99: number;
}

const end = Buffer.from('\r\n\r\n');
const ok = Buffer.from('HTTP/1.1 200');

/**
 * Sends requests over `connections` sockets, one at a time on each, for `seconds`: bare sockets, because a client
 * library would be slower than the server it measures. Throws at the first answer that is not 200.
 */
export async function load(
  url: string,
  connections: number,
  seconds: number,
  request: () => string,
): Promise<LoadResult> {
  const { hostname, port } = new URL(url);
  const latencies: number[] = [];
  const stop = performance.now() + seconds * 1000;
  const one = () =>
    new Promise<void>((done, fail) => {
      const socket = connect({ host: hostname, port: Number(port), noDelay: true });
      let sent = 0;
      let waiting = Buffer.alloc(0);
      const send = () => {
        sent = performance.now();
        socket.write(request());
      };
      socket
        .on('connect', send)
        .on('error', fail)
        .on('close', () => done());
      socket.on('data', (chunk) => {
        waiting = waiting.length > 0 ? Buffer.concat([waiting, chunk]) : chunk;
        const size = sizeOf(waiting);
        if (size === null || waiting.length < size) return;
        if (!waiting.subarray(0, 12).equals(ok)) {
          fail(new Error(waiting.toString('utf8').slice(0, 400)));
          socket.destroy();
          return;
        }
        waiting = waiting.subarray(size);
        latencies.push(performance.now() - sent);
        if (performance.now() < stop) send();
        else socket.end();
      });
    });
  await Promise.all(Array.from({ length: connections }, one));
  const sorted = Float64Array.from(latencies).sort();
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
  return { requests: sorted.length, p50: at(0.5), p99: at(0.99) };
}

/** Bytes of a whole answer whose head is here; null before. */
function sizeOf(bytes: Buffer): number | null {
  const head = bytes.indexOf(end);
  if (head < 0) return null;
  const length = /content-length: (\d+)/i.exec(bytes.toString('latin1', 0, head))?.[1] ?? '0';
  return head + end.length + Number(length);
}
