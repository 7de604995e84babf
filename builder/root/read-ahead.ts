import { type FileHandle, open } from 'node:fs/promises';

const pieceLength = 1024 * 1024;

/** A file's bytes in pieces of 1 MiB (the last is shorter), the next being read while one is looked at; each piece's memory is used again. */
export async function* readAhead(path: string): AsyncGenerator<Buffer> {
  const handle = await open(path, 'r');
  try {
    const buffers = [Buffer.allocUnsafe(pieceLength), Buffer.allocUnsafe(pieceLength)] as const;
    let next = readPiece(handle, buffers[0], 0);
    for (let index = 0; ; index++) {
      const piece = await next;
      if (piece.length === 0) return;
      next = readPiece(handle, buffers[(index + 1) % 2]!, (index + 1) * pieceLength);
      // thrown when the piece is awaited
      next.catch(() => {});
      yield piece;
      if (piece.length < pieceLength) return;
    }
  } finally {
    await handle.close();
  }
}

async function readPiece(file: FileHandle, piece: Buffer, offset: number): Promise<Buffer> {
  let filled = 0;
  while (filled < piece.length) {
    const { bytesRead } = await file.read(piece, filled, piece.length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return piece.subarray(0, filled);
}
