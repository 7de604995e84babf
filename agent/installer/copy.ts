import { createHash } from 'node:crypto';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { mediumFiles } from '../../protocol/installer/medium.ts';
import type { Source, SourceFile } from './source.ts';
import type { Target } from './target.ts';

/** Offset and length on the target disk, in bytes. */
export type Place = readonly [at: number, length: number];

/** Writes a file of the medium to its places, one after the other. Throws `bad_input` when it is not what the manifest says. */
export async function copyFile(
  target: Target,
  source: Source,
  name: SourceFile,
  places: readonly Place[],
  tell: (length: number) => void,
): Promise<void> {
  const digest = createHash('sha256');
  const left = places.map(([at, length]) => ({ at, length }));
  let place = left.shift();
  for await (const chunk of source.read(name)) {
    digest.update(chunk);
    for (let used = 0; used < chunk.length; ) {
      while (place?.length === 0) place = left.shift();
      if (!place) throw damaged(name, 'is too long');
      const piece = chunk.subarray(used, used + place.length);
      await target.write(place.at, piece);
      place.at += piece.length;
      place.length -= piece.length;
      used += piece.length;
    }
    tell(chunk.length);
  }
  checkDigest(source, name, digest.digest('hex'));
}

/** Reads a small file of the medium, and checks it. */
export async function readWhole(source: Source, name: SourceFile): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of source.read(name)) chunks.push(Buffer.from(chunk));
  const whole = Buffer.concat(chunks);
  checkDigest(source, name, createHash('sha256').update(whole).digest('hex'));
  return whole;
}

function checkDigest({ medium }: Source, name: SourceFile, found: string): void {
  if (found !== medium[name].sha256) throw damaged(name, `hashes to ${found}, not ${medium[name].sha256}`);
}

function damaged(name: SourceFile, problem: string): InterlockError {
  return new InterlockError('bad_input', { what: `${mediumFiles[name]} of the medium`, problem });
}
