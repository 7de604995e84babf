import { unpackSlack } from '../../protocol/formats/payload/patch.ts';

/**
 * Returns a buffer's memory to the system at once; nobody may look at it afterwards. Left to the collector, which weighs
 * only what lies on its own heap, tens of MiB of used-up frames pile up.
 */
export function giveBack({ buffer, byteOffset, byteLength }: Buffer): void {
  const isWhole =
    buffer instanceof ArrayBuffer && byteOffset === 0 && buffer.byteLength <= byteLength + unpackSlack;
  if (isWhole && byteLength > Buffer.poolSize) buffer.transfer(0);
}
