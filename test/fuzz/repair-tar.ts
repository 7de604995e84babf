const block = 512;

/** Makes the checksum of whatever looks like a tar's header right again. */
export function repairTar(input: Buffer): Buffer {
  for (let at = 0; at + block <= input.length; at += block) {
    const header = input.subarray(at, at + block);
    if (header.toString('latin1', 257, 262) !== 'ustar') continue;
    header.fill(0x20, 148, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  }
  return input;
}
