import { createReadStream } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** A server on loopback that notes what it was asked for. */
export interface Noting {
  url: string;
  /** Paths, or whole addresses where it was asked as a proxy. */
  asked: string[];
  close(): Promise<void>;
}

/** Serves a folder; with `login` only to those who give it (`name:password`). */
export async function serveFolder(folder: string, login?: string): Promise<Noting> {
  return serve((asked, server) => {
    server.on('request', (incoming, response) => {
      asked.push(incoming.url ?? '');
      const wanted = login && `Basic ${Buffer.from(login).toString('base64')}`;
      if (wanted && incoming.headers.authorization !== wanted) return response.writeHead(401).end();
      const file = createReadStream(join(folder, decodeURIComponent(incoming.url ?? '')));
      file.on('error', () => response.writeHead(404).end());
      return file.pipe(response);
    });
  });
}

/** A proxy for plain http. */
export async function serveProxy(): Promise<Noting> {
  return serve((asked, server) => {
    server.on('request', (incoming, response) => {
      asked.push(incoming.url ?? '');
      const { headers, method, url } = incoming;
      const onward = request(url ?? '', { headers, method: method ?? 'GET' }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      onward.on('error', () => response.writeHead(502).end());
      incoming.pipe(onward);
    });
  });
}

async function serve(handle: (asked: string[], server: Server) => void): Promise<Noting> {
  const asked: string[] = [];
  const server = createServer();
  handle(asked, server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
