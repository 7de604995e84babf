import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import type { Static } from 'typebox';
import { type BlobState, paths, WantedAnswer } from '../../protocol/api/publish.ts';
import type { Release } from '../../protocol/documents/release.ts';
import { publishedFiles, type ReleaseFile } from '../../protocol/documents/release-files.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { parse } from '../../protocol/schema/schema.ts';
import { showProgress } from '../../system/terminal/progress.ts';
import type { PublishServer } from './repository/server.ts';

const attempts = 3;

/** Brings a release's payloads and its lists of parts to the server, each under its hash; what arrived in an earlier try is not sent again. */
export async function uploadBlobs(server: PublishServer, dir: string, release: Release): Promise<number> {
  const total = filesOf(release).reduce((sum, { size }) => sum + size, 0);
  const progress = showProgress('upload', total);
  let sent = 0;
  let seen = 0;
  const onBytes = (bytes: number) => {
    seen += bytes;
    progress.at(seen);
  };
  for (let attempt = 1; ; attempt++) {
    const wanted = await wantedBlobs(server, release);
    seen = total - wanted.reduce((sum, { size, received }) => sum + size - received, 0);
    if (wanted.length === 0) break;
    try {
      for (const blob of wanted) sent += await uploadBlob(server, dir, release, blob, onBytes);
    } catch (error) {
      if (attempt === attempts || !isWorthRepeating(error)) throw error;
    }
  }
  progress.end();
  return sent;
}

/** An empty list needs no bytes. */
function filesOf(release: Release): ReleaseFile[] {
  return publishedFiles(release).filter(({ size }) => size > 0);
}

async function wantedBlobs(server: PublishServer, release: Release): Promise<BlobState[]> {
  const blobs = [...new Map(filesOf(release).map(({ sha256, size }) => [sha256, { sha256, size }])).values()];
  const answer = await server.post<Static<typeof WantedAnswer>>(`${paths.blobs}/wanted`, { blobs });
  return parse(WantedAnswer, answer, 'wanted blobs').wanted;
}

async function uploadBlob(
  server: PublishServer,
  dir: string,
  release: Release,
  { sha256, size, received }: BlobState,
  onBytes: (bytes: number) => void,
): Promise<number> {
  const found = filesOf(release).find((entry) => entry.sha256 === sha256);
  if (!found || received >= size) {
    throw new InterlockError('bad_input', {
      what: 'wanted blobs',
      problem: `${sha256} is not of this release`,
    });
  }
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      onBytes(chunk.length);
      next(null, chunk);
    },
  });
  const source = createReadStream(join(dir, found.name), { start: received, highWaterMark: 1 << 18 });
  source.on('error', (error) => counter.destroy(error));
  try {
    await server.put(`${paths.blobs}/${sha256}`, source.pipe(counter), {
      'content-length': String(size - received),
      'content-range': `bytes ${received}-${size - 1}/${size}`,
      'content-type': 'application/octet-stream',
    });
  } finally {
    source.destroy();
  }
  return size - received;
}

function isWorthRepeating(error: unknown): boolean {
  return (
    error instanceof InterlockError && ['unreachable', 'blob_mismatch', 'range_invalid'].includes(error.code)
  );
}
