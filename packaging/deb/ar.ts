/** One file of an archive. */
export interface Member {
  name: string;
  bytes: Uint8Array;
}

/** Joins files into a Unix archive as deb(5) has it; `epoch` in seconds since 1970. */
export function encodeAr(members: readonly Member[], epoch: number): Buffer {
  return Buffer.concat([
    Buffer.from('!<arch>\n'),
    ...members.flatMap(({ name, bytes }) => [
      Buffer.from(
        `${name.padEnd(16)}${String(epoch).padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'100644'.padEnd(8)}${String(bytes.length).padEnd(10)}\`\n`,
      ),
      bytes,
      Buffer.from(bytes.length % 2 ? '\n' : ''),
    ]),
  ]);
}
