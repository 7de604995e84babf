import { createReadStream } from 'node:fs';
import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';

const chunkLength = 1024 * 1024;

const compressions = [
  { name: 'gzip', magic: '1f8b', open: createGunzip },
  { name: 'zstd', magic: '28b52ffd', open: createZstdDecompress },
  { name: 'xz', magic: 'fd377a585a00', open: undefined },
  { name: 'bzip2', magic: '425a68', open: undefined },
];

/** The bytes of a tar, decompressed by what its first bytes say; `also` sees the file's own bytes, to the last. */
export async function* openTar(file: string, also: (chunk: Buffer) => void): AsyncGenerator<Buffer> {
  const chunks = observe(createReadStream(file, { highWaterMark: chunkLength }), also);
  try {
    const { value: first = Buffer.alloc(0) } = await chunks.next();
    const found = compressions.find(({ magic }) => first.toString('hex', 0, magic.length / 2) === magic);
    if (found && !found.open) {
      throw new InterlockError('bad_input', {
        what: file,
        problem: `is ${found.name}; gzip and zstd are read`,
      });
    }
    const whole = joined(first, chunks);
    const decompressor = found?.open?.();
    if (decompressor) yield* through(whole, decompressor);
    else yield* whole;
    // what follows the archive belongs to the file, and so to its digest
    for await (const _ of chunks);
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

async function* observe(chunks: AsyncIterable<Buffer>, also: (chunk: Buffer) => void) {
  for await (const chunk of chunks) {
    also(chunk);
    yield chunk;
  }
}

async function* joined(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}

/** A failure destroys the decompressor with the same error, which its reader gets. */
async function* through(chunks: AsyncIterable<Buffer>, decompressor: Transform): AsyncGenerator<Buffer> {
  // the decompressor is destroyed with the same error, which its reader gets
  pipeline(Readable.from(chunks), decompressor).catch(() => {});
  yield* decompressor as AsyncIterable<Buffer>;
}

function unreadable(file: string, cause: unknown): unknown {
  if (cause instanceof InterlockError) return cause;
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === 'ENOENT') return new InterlockError('not_found', { what: file }, { cause });
  return new InterlockError('bad_input', { what: file, problem: message }, { cause });
}
