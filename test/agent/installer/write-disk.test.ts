import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lookAtDisk } from '../../../agent/installer/look-at-disk.ts';
import { decodeNote, noteLength } from '../../../agent/installer/note.ts';
import { writeDisk } from '../../../agent/installer/write-disk.ts';
import { decodeGpt, gptLengths } from '../../../protocol/formats/disk/gpt.ts';
import { recordPlace } from '../../../protocol/installer/medium.ts';
import { createModelDisk, type ModelDisk, memorySource, PowerCut } from './model-disk.ts';
import { rootHash, smallMedium } from './small-medium.ts';

const { source, expected } = smallMedium();
const firstSector = expected.subarray(0, noteLength);
const mebibyte = 1024 * 1024;
const more = 3 * mebibyte;

const look = (disk: ModelDisk) =>
  lookAtDisk(disk.size, async (at, length) => disk.bytes.subarray(at, at + length), firstSector);

function espOf(bytes: Buffer) {
  const { head, tail } = gptLengths(512);
  const { partitions } = decodeGpt(bytes.subarray(0, head), bytes.subarray(bytes.length - tail));
  return partitions.find(({ name }) => name === 'esp');
}

/** What must be there in the end, on a disk that held anything before. */
function check(disk: ModelDisk): void {
  const { medium } = source;
  const places = [
    [0, recordPlace],
    ...medium.parts.places,
    ...medium.zeros,
    [medium.root.at, medium.root.size],
    [medium.verity.at, medium.verity.size],
    [medium.disk.size - 16_896, 16_896],
  ] as const;
  for (const [at, length] of places) {
    const same = disk.bytes.subarray(at, at + length).equals(expected.subarray(at, at + length));
    expect(same, `${length} bytes from ${at} on`).toBe(true);
  }
  expect(disk.bytes.subarray(disk.size - mebibyte).equals(Buffer.alloc(mebibyte))).toBe(true);
}

test('an installed disk has the bytes of the builder’s disk, whatever was on it, and notes its order', async () => {
  const disk = createModelDisk(Buffer.alloc(expected.length + more, 0xa5));
  expect(await look(disk)).toMatchObject({ is: 'used' });
  await writeDisk(disk, source, '2026-1');
  check(disk);
  expect(await look(disk)).toEqual({
    is: 'interlock',
    holds: [rootHash.slice(0, 32), '00'.repeat(16)].slice(0, 1),
    esp: expect.objectContaining({ name: 'esp', guid: espOf(expected)?.guid }),
    record: { kind: 'installed', rootHash, order: '2026-1' },
  });
});

test('the firmware is told of the disk’s own partition: an updated disk keeps the table of the release it began with', async () => {
  const other = smallMedium('another seed');
  const disk = createModelDisk(Buffer.alloc(expected.length + more));
  await writeDisk(disk, other.source, '-');
  const content = await look(disk);
  expect(content).toMatchObject({ is: 'interlock', esp: { guid: espOf(other.expected)?.guid } });
  expect(espOf(other.expected)?.guid).not.toBe(espOf(expected)?.guid);
});

test('cut anywhere, again and again, a disk is as it was, or known as unfinished, or whole', async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.gen(), async (generate) => {
      const draw = (max: number) => generate(fc.nat, { max });
      const isUsed = draw(1) === 1;
      const disk = createModelDisk(Buffer.alloc(expected.length + more, isUsed ? 0xa5 : 0));
      for (let cuts = draw(3); cuts > 0; cuts--) {
        disk.cutAfter(draw(40));
        try {
          await writeDisk(disk, source, 'o');
        } catch (error) {
          if (!(error instanceof PowerCut)) throw error;
        }
        disk.restart(draw);
        const content = await look(disk);
        seen.add(content.is);
        if (content.is === 'interlock') {
          check(disk);
          break;
        }
        // the first sector was torn over what was there: the order to erase still stands, for it was not obeyed yet
        if (content.is === 'used') expect(isUsed).toBe(true);
        if (content.is === 'empty') expect(isUsed).toBe(false);
      }
      disk.cutAfter(Number.POSITIVE_INFINITY);
      await writeDisk(disk, source, 'o');
      check(disk);
    }),
    { numRuns: 60 },
  );
  expect([...seen]).toContain('unfinished');
});

test('a medium that is damaged and a disk that returns other bytes end the install with the mark in place', async () => {
  const disk = createModelDisk(Buffer.alloc(expected.length));
  const damaged = memorySource(source.medium, {
    ...(await filesOf()),
    root: Buffer.alloc(source.medium.root.size, 'x'),
  });
  await expect(writeDisk(disk, damaged, 'o')).rejects.toThrow('root.img of the medium: hashes to');
  await disk.sync();
  expect(decodeNote(disk.bytes.subarray(0, noteLength))?.kind).toBe('unfinished');

  const forgetful = {
    ...disk,
    async *readBack(at: number, length: number) {
      for await (const chunk of disk.readBack(at, length)) {
        const other = Buffer.from(chunk);
        if (at === source.medium.verity.at) other[100]! ^= 1;
        yield other;
      }
    },
  };
  await expect(writeDisk(forgetful, source, 'o')).rejects.toThrow('(verity): it returns other bytes');
  expect(await look(disk)).toEqual({ is: 'unfinished' });
});

async function filesOf() {
  const read = async (name: 'root' | 'verity' | 'parts' | 'table') => {
    const chunks: Buffer[] = [];
    for await (const chunk of source.read(name)) chunks.push(chunk);
    return Buffer.concat(chunks);
  };
  return {
    root: await read('root'),
    verity: await read('verity'),
    parts: await read('parts'),
    table: await read('table'),
  };
}
