import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a request asked for, and the ways to answer it badly. */
export interface BlobRequest {
  /** Requests before this one. */
  count: number;
  from: number;
  to: number;
  bytes: Buffer;
  request: IncomingMessage;
  response: ServerResponse;
  /** Answers as a good server does; `body` and `headers` replace what it would send. */
  serve(body?: Buffer, headers?: Record<string, string>): void;
}

/** The running server, and what was asked of it. */
export interface BlobServer {
  url: string;
  requests: { path: string; range: string }[];
  close(): Promise<void>;
}

/** A loopback server of blobs by hash; `misbehave` may take a request over by returning true. */
export async function serveBlobs(
  blobs: ReadonlyMap<string, Buffer>,
  misbehave: (request: BlobRequest) => boolean = () => false,
): Promise<BlobServer> {
  const requests: BlobServer['requests'] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    const bytes = blobs.get(path.split('/').at(-1)!);
    requests.push({ path, range: request.headers.range ?? '' });
    if (!path.startsWith('/v1/blobs/') || !bytes) {
      response.writeHead(404).end();
      return;
    }
    const match = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
    const from = Number(match?.[1] ?? 0);
    const to = match ? Number(match[2]) + 1 : bytes.length;
    const serve = (body = bytes.subarray(from, to), headers: Record<string, string> = {}) => {
      response.writeHead(match ? 206 : 200, {
        'content-length': String(body.length),
        'content-range': `bytes ${from}-${to - 1}/${bytes.length}`,
        etag: '"blob"',
        ...headers,
      });
      response.end(body);
    };
    const all = { count: requests.length - 1, from, to, bytes, request, response, serve };
    if (!misbehave(all)) serve();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
