import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** How many connections a server holds. */
export interface ConnectionLimits {
  /** Held by callers that have not authenticated yet, and by hosts; what the process may open beyond is for operators. */
  others: number;
}

/** Files that are no connections: the database, the blobs that are read, the log. */
const ownFiles = 256;
const most = 20_000;
/** How long a body may take that is not an upload. */
const bodyMs = 30_000;
/** The least that must arrive of an upload in that time. */
const upload = { bytes: 16 * 1024, ms: 60_000 };
/** How long a caller that was refused early may go on sending. */
const restMs = 10_000;
const lookMs = 5000;

type Lane = 'anyone' | 'host' | 'operator';

interface Connection {
  socket: Socket;
  address: string;
  lane: Lane;
}

/** Three quarters of what the process may open; the rest stays free for operators. */
export function limitsOfProcess(limits = readFileSync('/proc/self/limits', 'utf8')): ConnectionLimits {
  const [, files = '1024'] = /^Max open files\s+(\d+)/m.exec(limits) ?? [];
  return { others: Math.max(16, Math.min(most, Math.floor((Number(files) - ownFiles) * 0.75))) };
}

/**
 * Keeps connections free for operators however many others are open. Beyond the limit the oldest connection of the address
 * with most connections is closed, those of unknown callers before those of hosts. Bodies that do not arrive end their connections.
 */
export function boundConnections(
  app: FastifyInstance,
  { others }: ConnectionLimits = limitsOfProcess(),
): void {
  const lanes = { anyone: openLane(), host: openLane() };
  const known = new Map<string, Connection>();

  app.server.on('connection', (socket: Socket) => {
    const connection: Connection = { socket, address: socket.remoteAddress ?? '', lane: 'anyone' };
    const key = keyOf(socket);
    known.set(key, connection);
    lanes.anyone.add(connection);
    socket.once('close', () => {
      if (known.get(key) === connection) known.delete(key);
      if (connection.lane !== 'operator') lanes[connection.lane].remove(connection);
    });
    while (lanes.anyone.size() + lanes.host.size() > others) evict();
  });

  function evict(): void {
    const victim = lanes.anyone.size() > others / 4 ? lanes.anyone.oldest() : lanes.host.oldest();
    const found = victim ?? lanes.anyone.oldest();
    if (!found) return;
    if (found.lane !== 'operator') lanes[found.lane].remove(found);
    found.socket.destroy();
  }

  app.addHook('onRequest', async (request) => {
    const lane = laneOf(request);
    const connection = known.get(keyOf(request.raw.socket));
    if (!connection || lane === 'anyone' || connection.lane === lane || connection.lane === 'operator')
      return;
    lanes[connection.lane].remove(connection);
    connection.lane = lane;
    if (lane === 'host') lanes.host.add(connection);
  });
  boundBodies(app);
}

/** Connections by address, the oldest of each first. */
function openLane() {
  const addresses = new Map<string, Set<Connection>>();
  let count = 0;
  return {
    size: () => count,
    add(connection: Connection) {
      const own = addresses.get(connection.address) ?? new Set();
      addresses.set(connection.address, own.add(connection));
      count++;
    },
    remove(connection: Connection) {
      const own = addresses.get(connection.address);
      if (!own?.delete(connection)) return;
      count--;
      if (own.size === 0) addresses.delete(connection.address);
    },
    oldest(): Connection | undefined {
      let heaviest: Set<Connection> | undefined;
      for (const own of addresses.values()) if (own.size > (heaviest?.size ?? 0)) heaviest = own;
      return heaviest?.values().next().value;
    },
  };
}

function laneOf({ operator, caller }: FastifyRequest): Lane {
  if (operator) return 'operator';
  return caller ? 'host' : 'anyone';
}

/** The same for a connection and for the TLS inside it. */
function keyOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

/** Ends connections whose bodies come too slowly, or not at all. */
function boundBodies(app: FastifyInstance): void {
  const open = new Map<IncomingMessage, { until: number; read: number; isUpload: boolean }>();
  const wait = (raw: IncomingMessage, ms: number, isUpload = false) =>
    open.set(raw, { until: Date.now() + ms, read: raw.socket.bytesRead, isUpload });

  app.addHook('onRequest', async ({ raw, routeOptions }) => {
    if (raw.complete || !hasBody(raw) || !(raw.socket instanceof Socket)) return;
    const isUpload = routeOptions.config?.rules?.takesBytes ?? false;
    wait(raw, isUpload ? upload.ms : bodyMs, isUpload);
    raw.once('close', () => open.delete(raw));
  });
  app.addHook('preHandler', async ({ raw }) => {
    if (raw.complete) open.delete(raw);
  });
  app.addHook('onResponse', async ({ raw }) => {
    if (raw.complete || !open.has(raw)) open.delete(raw);
    else wait(raw, restMs);
  });
  const look = () => {
    for (const [raw, { until, read, isUpload }] of open) {
      if (raw.complete || raw.socket.destroyed) open.delete(raw);
      else if (until > Date.now()) continue;
      else if (isUpload && raw.socket.bytesRead - read >= upload.bytes) wait(raw, upload.ms, true);
      else raw.socket.destroy();
    }
  };
  const timer = setInterval(look, lookMs);
  timer.unref();
  app.addHook('onClose', async () => clearInterval(timer));
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
