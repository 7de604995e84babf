import type { Socket } from 'node:net';

const headLength = 4;
/** Longer frames are none: a peer that sends such a length is no network card. */
const longest = 256 * 1024;

/** Calls back with each Ethernet frame of QEMU's `stream` network: a length of four bytes before each. */
export function readFrames(socket: Socket, onFrame: (frame: Buffer) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    rest = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    let at = 0;
    while (rest.length - at >= headLength) {
      const length = rest.readUInt32BE(at);
      if (length > longest) return void socket.destroy();
      if (rest.length - at - headLength < length) break;
      onFrame(rest.subarray(at + headLength, at + headLength + length));
      at += headLength + length;
    }
    rest = rest.subarray(at);
  });
}

/** A frame as it goes over the wire. */
export function withLength(frame: Uint8Array): Buffer {
  const head = Buffer.alloc(headLength);
  head.writeUInt32BE(frame.length);
  return Buffer.concat([head, frame]);
}
