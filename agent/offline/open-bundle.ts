import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { paths } from '../../protocol/api/publish.ts';
import { type OfflineOffer, offlineOfferFile, parseOfflineOffer } from '../../protocol/documents/offline.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { type BlobSource, readFileRange } from '../download/read-file-range.ts';
import type { Extent } from '../slots/slot.ts';
import { listTar } from './list-tar.ts';

/** A folder or tar file with one release and the signed metadata that names it. */
export interface OfflineBundle extends BlobSource {
  offer: OfflineOffer;
  /** A file of the bundle by its path, or undefined when it is not there. Throws `answer_too_long` beyond `limit` bytes. */
  file(path: string, limit: number): Promise<Buffer | undefined>;
}

const offerLimit = 4096;

/** Opens what `interlock export` made: a folder or a tar file. Throws `not_found`, or `bad_input` for anything else. */
export async function openBundle(path: string): Promise<OfflineBundle> {
  const kind = await statOf(path);
  if (!kind) throw new InterlockError('not_found', { what: path });
  // a pipe or a device may never end
  if (!kind.isDirectory() && !kind.isFile()) throw unusable(path, 'it is neither a folder nor a tar file');
  const find = kind.isDirectory() ? inFolder(path) : await inTar(path);
  const file = async (name: string, limit: number) => {
    const place = await find(name);
    if (!place) return undefined;
    if (place.size > limit) throw new InterlockError('answer_too_long', { url: place.path, limit });
    const pieces: Buffer[] = [];
    for await (const piece of readFileRange(place, { from: 0, to: place.size })) pieces.push(piece);
    return Buffer.concat(pieces);
  };
  const text = await file(offlineOfferFile, offerLimit);
  if (!text) {
    const problem = `it has no ${offlineOfferFile}; create a bundle with \`interlock export\``;
    throw unusable(path, problem);
  }
  return {
    offer: parseOfflineOffer(text),
    file,
    async *readBlob(sha256, range) {
      const place = await find(`${paths.blobs.slice(1)}/${sha256}`);
      if (!place)
        throw new InterlockError('unreachable', { url: path, problem: `blob ${sha256} is missing` });
      yield* readFileRange(place, range);
    },
  };
}

/** Undefined where there is nothing. Throws `bad_input` for what cannot be read. */
async function statOf(path: string): Promise<Stats | undefined> {
  return stat(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') return undefined;
    throw unusable(path, cause.message, cause);
  });
}

function unusable(what: string, problem: string, cause?: Error): InterlockError {
  return new InterlockError('bad_input', { what, problem }, { cause });
}

type Find = (name: string) => Promise<Extent | undefined>;

function inFolder(folder: string): Find {
  return async (name) => {
    const path = join(folder, name);
    const found = await statOf(path);
    return found?.isFile() ? { path, offset: 0, size: found.size } : undefined;
  };
}

async function inTar(path: string): Promise<Find> {
  const places = await listTar(path);
  return async (name) => places.get(name);
}
