import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { tarBlockOf, tarEnd, tarPadding } from './tar-block.ts';

/** A member of an archive: a text, or a file of this machine. */
export type Member = { name: string; text: string } | { name: string; file: string };

/** The bytes of an archive with these members, in this order, whole files never in memory. */
export async function* tarOf(members: readonly Member[], time: number): AsyncGenerator<Buffer> {
  let written = 0;
  for (const member of members) {
    const text = 'text' in member ? Buffer.from(member.text) : undefined;
    const size = 'file' in member ? (await stat(member.file)).size : text!.length;
    yield tarBlockOf({ name: member.name, size, time });
    if ('file' in member) yield* createReadStream(member.file, { highWaterMark: 1024 * 1024 });
    else yield text!;
    const padding = tarPadding(size);
    yield padding;
    written += 512 + size + padding.length;
  }
  yield tarEnd(written);
}
