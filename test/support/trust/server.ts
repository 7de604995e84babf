import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PublishRequest, paths, WantedRequest } from '../../../protocol/api/publish.ts';
import { asInterlockError, InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { parse } from '../../../protocol/schema/schema.ts';
import { applyPublish } from '../../../update-server/domain/tuf/apply-publish.ts';
import type { OnlineKeys } from '../../../update-server/domain/tuf/online-keys.ts';
import { readDocuments } from '../../../update-server/domain/tuf/read-documents.ts';
import { readRoles } from '../../../update-server/domain/tuf/signed-roles.ts';
import type { RepositoryState } from '../../../update-server/domain/tuf/state.ts';

/** The smallest update server: trust as in the real one, a store in memory, and no accounts. */
export interface TestServer {
  url: string;
  state: RepositoryState;
  /** Files under `/v1/tuf/metadata/` and `/v1/tuf/targets/`, by their URL path; a test may falsify them. */
  files: Map<string, string | Buffer>;
  blobs: Map<string, Buffer>;
  /** May be replaced between two publications. */
  online: OnlineKeys;
  requests: string[];
  /** Cuts the connection of the next blob upload after this many bytes. */
  cutAfter: number | undefined;
  /** Answers instead of the server when it returns true. */
  intercept: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  now: () => Date;
  close(): Promise<void>;
}

/** Starts a test server on a free loopback port. */
export async function startTestServer(online: OnlineKeys): Promise<TestServer> {
  const server: TestServer = {
    url: '',
    state: { roles: {} },
    files: new Map(),
    blobs: new Map(),
    online,
    requests: [],
    cutAfter: undefined,
    intercept: undefined,
    now: () => new Date(),
    close: async () => {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  const http = createServer((request, response) => {
    server.requests.push(`${request.method} ${request.url}`);
    if (server.intercept?.(request, response)) return;
    answer(server, request).then(
      (body) => response.end(body),
      (error) => {
        const failure = asInterlockError(error);
        response.writeHead(failure.row.http, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ kind: failure.code, value: failure.message }));
      },
    );
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  server.url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  return server;
}

async function answer(server: TestServer, request: IncomingMessage): Promise<string | Buffer> {
  const path = decodeURI(request.url ?? '');
  if (request.method === 'GET') {
    const file = server.files.get(path);
    if (file === undefined) throw new InterlockError('not_found', { what: path });
    return file;
  }
  if (request.method === 'PUT') return takeBlob(server, path, request);
  const body = JSON.parse((await readAll(request)).toString('utf8'));
  if (path === `${paths.blobs}/wanted`) {
    const { blobs } = parse(WantedRequest, body, 'request');
    const wanted = blobs.map((blob) => ({ ...blob, received: server.blobs.get(blob.sha256)?.length ?? 0 }));
    return JSON.stringify({ wanted: wanted.filter(({ size, received }) => received < size) });
  }
  const published = applyPublish(
    server.state,
    parse(PublishRequest, body, 'request'),
    server.online,
    server.now(),
    await readDocuments(readRoles(server.state.roles), async (file) =>
      server.files.get(`${paths.targets}/${file}`)?.toString(),
    ),
  );
  const missing = published.releases
    .flatMap(({ payloads }) => payloads)
    .filter(({ sha256 }) => !server.blobs.has(sha256));
  if (missing.length > 0)
    throw new InterlockError('upload_incomplete', { missing: missing.length, version: '?' });
  show(server, published);
  return JSON.stringify(published.answer);
}

/** Makes a publication, or a renewal, visible. */
export function show(
  server: TestServer,
  {
    state,
    files,
    targets = {},
  }: { state: RepositoryState; files: Record<string, string>; targets?: Record<string, string> },
): void {
  server.state = state;
  for (const [name, text] of Object.entries(files)) server.files.set(`${paths.metadata}/${name}`, text);
  for (const [name, text] of Object.entries(targets)) server.files.set(`${paths.targets}/${name}`, text);
}

async function takeBlob(server: TestServer, path: string, request: IncomingMessage): Promise<string> {
  const sha256 = path.split('/').at(-1) ?? '';
  const [, from = '0', , size = '0'] =
    /^bytes (\d+)-(\d+)\/(\d+)$/.exec(request.headers['content-range'] ?? '') ?? [];
  const before = server.blobs.get(sha256) ?? Buffer.alloc(0);
  if (Number(from) !== before.length) throw new InterlockError('range_invalid', { range: from, size });
  let all = before;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    const room = server.cutAfter ?? Number.POSITIVE_INFINITY;
    all = Buffer.concat([all, chunk.subarray(0, room)]);
    if (server.cutAfter !== undefined) {
      server.blobs.set(sha256, all);
      server.cutAfter = undefined;
      request.socket.destroy();
      return '';
    }
  }
  if (all.length === Number(size)) {
    const found = createHash('sha256').update(all).digest('hex');
    if (found !== sha256) throw new InterlockError('blob_mismatch', { found, expected: sha256 });
  }
  server.blobs.set(sha256, all);
  return '{}';
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>));
}
