/** A frame's head: which stream, three zero bytes, the length. */
const headLength = 8;

/** Lines of Docker's log stream: frames of standard output and standard error, or plain text where a terminal was asked for. */
export async function* readFrames(stream: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest = Buffer.alloc(0);
  let line = '';
  let isFramed: boolean | undefined;
  for await (const chunk of stream) {
    rest = Buffer.concat([rest, chunk]);
    if (isFramed === undefined && rest.length < headLength) continue;
    isFramed ??= rest[0]! <= 2 && rest.readUIntBE(1, 3) === 0;
    let text = '';
    if (!isFramed) {
      text = rest.toString('utf8');
      rest = Buffer.alloc(0);
    }
    while (isFramed && rest.length >= headLength && rest.length >= headLength + rest.readUInt32BE(4)) {
      const end = headLength + rest.readUInt32BE(4);
      text += rest.toString('utf8', headLength, end);
      rest = rest.subarray(end);
    }
    const lines = (line + text).split(/\r?\n/);
    line = lines.pop() ?? '';
    yield* lines;
  }
  if (isFramed === undefined) line += rest.toString('utf8');
  if (line) yield line;
}
