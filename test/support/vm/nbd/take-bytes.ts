import type { Socket } from 'node:net';

/** Hands out a socket's bytes in the pieces that a protocol asks for; null at the end. */
export function takeBytes(socket: Socket): (length: number) => Promise<Buffer | null> {
  const chunks = socket[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let held: Buffer[] = [];
  let heldLength = 0;
  return async (length) => {
    while (heldLength < length) {
      const { value, done } = await chunks.next();
      if (done) return null;
      held.push(value);
      heldLength += value.length;
    }
    const whole = Buffer.concat(held);
    held = [whole.subarray(length)];
    heldLength -= length;
    return whole.subarray(0, length);
  };
}
