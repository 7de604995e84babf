import { createHash } from 'node:crypto';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { frontLength, recordPlace } from '../../protocol/installer/medium.ts';
import { checkDisk } from './check-disk.ts';
import { copyFile, type Place, readWhole } from './copy.ts';
import { encodeNote, noteLength } from './note.ts';
import type { Source } from './source.ts';
import type { Target } from './target.ts';

/** Told what is done now and how far it is. */
export type OnProgress = (what: 'write' | 'read back', done: number, total: number) => void;

const zeros = Buffer.alloc(1024 * 1024);

/**
 * Installs: a mark first, so that a disk which is begun is known as one; then everything but the table, read back from the
 * disk; then both tables and the record; last the first sector, which turns the mark into a partitioned disk at once.
 * Throws `bad_input` for a damaged medium and `disk_failed` for a disk that returns other bytes; the mark is there then.
 */
export async function writeDisk(
  target: Target,
  source: Source,
  order: string,
  onProgress: OnProgress = () => {},
): Promise<void> {
  const { medium } = source;
  const { rootHash } = medium.release;
  const table = await readWhole(source, 'table');
  const [head, tail] = [table.subarray(0, medium.table.head), table.subarray(medium.table.head)];
  const ends = {
    head: head.subarray(noteLength),
    tail,
    record: encodeNote({ kind: 'installed', rootHash, order }),
  };

  await target.write(0, encodeNote({ kind: 'unfinished', rootHash, order }));
  await target.sync();
  await fillZeros(target, [noteLength, frontLength - noteLength]);
  await fillZeros(target, [target.size - frontLength, frontLength]);
  await writeContents(target, source, onProgress);
  await target.sync();
  await checkDisk(target, source, (done, total) => onProgress('read back', done, total));

  const tailPlace = medium.disk.size - tail.length;
  await target.write(tailPlace, ends.tail);
  await target.write(noteLength, ends.head);
  await target.write(recordPlace, ends.record);
  await target.sync();
  await checkBytes(target, tailPlace, ends.tail);
  await checkBytes(target, noteLength, ends.head);
  await checkBytes(target, recordPlace, ends.record);
  const first = head.subarray(0, noteLength);
  await target.write(0, first);
  await target.sync();
  await checkBytes(target, 0, first);
}

async function writeContents(target: Target, source: Source, onProgress: OnProgress): Promise<void> {
  const { root, verity, parts, zeros: empty } = source.medium;
  const cleared = empty.reduce((sum, [, length]) => sum + length, 0);
  const total = root.size + verity.size + parts.size + cleared;
  let done = 0;
  const tell = (length: number) => {
    done += length;
    onProgress('write', done, total);
  };
  for (const place of empty) await fillZeros(target, place, tell);
  await copyFile(target, source, 'parts', parts.places, tell);
  await copyFile(target, source, 'root', [[root.at, root.size]], tell);
  await copyFile(target, source, 'verity', [[verity.at, verity.size]], tell);
}

async function fillZeros(
  target: Target,
  [at, length]: Place,
  tell: (length: number) => void = () => {},
): Promise<void> {
  for (let done = 0; done < length; ) {
    const piece = zeros.subarray(0, Math.min(zeros.length, length - done));
    await target.write(at + done, piece);
    done += piece.length;
    tell(piece.length);
  }
}

async function checkBytes(target: Target, at: number, expected: Buffer): Promise<void> {
  const digest = createHash('sha256');
  for await (const chunk of target.readBack(at, expected.length)) digest.update(chunk);
  if (digest.digest('hex') === createHash('sha256').update(expected).digest('hex')) return;
  const where = `${expected.length} bytes from ${at} on`;
  throw new InterlockError('disk_failed', {
    where,
    problem: 'the disk returns other bytes than were written',
  });
}
