import type { Socket } from 'node:net';

const optionMagic = Buffer.from('IHAVEOPT');
const replyMagic = 0x0003e889045565a9n;
const option = { exportName: 1, abort: 2, info: 6, go: 7 };
const reply = { ack: 1, info: 3, unsupported: 0x80000001 };
/** Flags of the export: they are there; FLUSH, FUA and WRITE_ZEROES are understood. */
const exportFlags = 0b0100_1101;

type Take = (length: number) => Promise<Buffer | null>;

/** The fixed newstyle handshake of the NBD protocol (proto.md); true when requests follow. */
export async function negotiate(socket: Socket, take: Take, size: number): Promise<boolean> {
  const greeting = Buffer.concat([Buffer.from('NBDMAGIC'), optionMagic, Buffer.from([0, 0b11])]);
  socket.write(greeting);
  const clientFlags = await take(4);
  if (!clientFlags) return false;
  const hasNoZeroes = (clientFlags.readUInt32BE() & 2) !== 0;
  for (let header = await take(16); header; header = await take(16)) {
    if (!header.subarray(0, 8).equals(optionMagic)) return false;
    const [asked, length] = [header.readUInt32BE(8), header.readUInt32BE(12)];
    if (!(await take(length)) && length > 0) return false;
    if (asked === option.exportName) {
      socket.write(Buffer.concat([describe(size), Buffer.alloc(hasNoZeroes ? 0 : 124)]));
      return true;
    }
    if (asked === option.info || asked === option.go) {
      sendReply(socket, asked, reply.info, Buffer.concat([Buffer.from([0, 0]), describe(size)]));
      sendReply(socket, asked, reply.ack);
      if (asked === option.go) return true;
    } else if (asked === option.abort) {
      sendReply(socket, asked, reply.ack);
      return false;
    } else sendReply(socket, asked, reply.unsupported);
  }
  return false;
}

function describe(size: number): Buffer {
  const bytes = Buffer.alloc(10);
  bytes.writeBigUInt64BE(BigInt(size));
  bytes.writeUInt16BE(exportFlags, 8);
  return bytes;
}

function sendReply(socket: Socket, asked: number, type: number, data: Buffer = Buffer.alloc(0)): void {
  const header = Buffer.alloc(20);
  header.writeBigUInt64BE(replyMagic);
  header.writeUInt32BE(asked, 8);
  header.writeUInt32BE(type, 12);
  header.writeUInt32BE(data.length, 16);
  socket.write(Buffer.concat([header, data]));
}
