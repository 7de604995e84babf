import { rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { negotiate } from './negotiate.ts';
import { takeBytes } from './take-bytes.ts';
import type { VolatileDisk } from './volatile-disk.ts';

const requestMagic = 0x25609513;
const replyMagic = 0x67446698;
const command = { read: 0, write: 1, disconnect: 2, flush: 3, writeZeroes: 6 };
const forceUnitAccess = 1;
const failure = { none: 0, io: 5, unsupported: 95 };

/** An NBD server on a UNIX socket. */
export interface DiskServer {
  /** Ends all connections; afterwards no request of theirs is still at work on the disk. */
  disconnect(): Promise<void>;
  close(): Promise<void>;
}

/** Serves a disk over NBD; `VmOptions.disk` is then `nbd:unix:<path>`. */
export async function serveDisk(disk: VolatileDisk, path: string): Promise<DiskServer> {
  await rm(path, { force: true });
  const connections = new Map<Socket, Promise<void>>();
  const server = createServer((socket) => {
    socket.on('error', () => {});
    const served = serve(socket, disk).catch(() => {});
    connections.set(
      socket,
      served.then(() => {
        socket.destroy();
        connections.delete(socket);
      }),
    );
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve));
  async function disconnect(): Promise<void> {
    for (const socket of connections.keys()) socket.destroy();
    await Promise.all(connections.values());
  }
  return {
    disconnect,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      await disconnect();
      await closed;
    },
  };
}

async function serve(socket: Socket, disk: VolatileDisk): Promise<void> {
  const take = takeBytes(socket);
  if (!(await negotiate(socket, take, disk.size))) return;
  for (let header = await take(28); header; header = await take(28)) {
    if (header.readUInt32BE(0) !== requestMagic) return;
    const request = {
      isFlushed: (header.readUInt16BE(4) & forceUnitAccess) !== 0,
      type: header.readUInt16BE(6),
      offset: Number(header.readBigUInt64BE(16)),
      length: header.readUInt32BE(24),
    };
    if (request.type === command.disconnect) return;
    const data = request.type === command.write ? await take(request.length) : Buffer.alloc(0);
    if (!data) return;
    const done = await perform(disk, request, data).catch(() => ({
      error: failure.io,
      data: Buffer.alloc(0),
    }));
    const reply = Buffer.alloc(16);
    reply.writeUInt32BE(replyMagic);
    reply.writeUInt32BE(done.error, 4);
    header.copy(reply, 8, 8, 16);
    socket.write(Buffer.concat([reply, done.data]));
  }
}

interface Request {
  type: number;
  offset: number;
  length: number;
  isFlushed: boolean;
}

async function perform(
  disk: VolatileDisk,
  { type, offset, length, isFlushed }: Request,
  data: Buffer,
): Promise<{ error: number; data: Buffer }> {
  const nothing = Buffer.alloc(0);
  switch (type) {
    case command.read:
      return { error: failure.none, data: await disk.read(offset, length) };
    case command.write:
      await disk.write(offset, data, isFlushed);
      return { error: failure.none, data: nothing };
    case command.writeZeroes:
      await disk.write(offset, Buffer.alloc(length), isFlushed);
      return { error: failure.none, data: nothing };
    case command.flush:
      disk.flush();
      return { error: failure.none, data: nothing };
    default:
      return { error: failure.unsupported, data: nothing };
  }
}
