import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { partitionFlags, partitionTypes, slotTypes } from '../../../../protocol/boot/partitions.ts';
import {
  decodeGpt,
  encodeGpt,
  type GptTable,
  gptLengths,
  usableLbas,
} from '../../../../protocol/formats/disk/gpt.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'gpt-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const table: GptTable = {
  diskGuid: '01234567-89ab-4cde-8f01-23456789abcd',
  sectorSize: 512,
  sectors: 131072,
  partitions: [
    {
      number: 1,
      typeGuid: partitionTypes.esp,
      guid: 'aaaaaaaa-1111-4222-8333-444444444444',
      name: 'esp',
      firstLba: 2048,
      lastLba: 6143,
      attributes: 0n,
    },
    {
      number: 3,
      typeGuid: slotTypes['x86-64'].verity,
      guid: 'bbbbbbbb-1111-4222-8333-444444444444',
      name: 'verity-a',
      firstLba: 6144,
      lastLba: 8191,
      attributes: partitionFlags.readOnly | partitionFlags.noAuto,
    },
  ],
};

const guid = fc.uuid();
const anyTable: fc.Arbitrary<GptTable> = fc
  .record({
    diskGuid: guid,
    sectorSize: fc.constantFrom(512, 4096),
    drawn: fc.array(
      fc.record({
        gap: fc.nat(1000),
        length: fc.integer({ min: 1, max: 1_000_000 }),
        typeGuid: guid,
        guid,
        name: fc
          .string({ maxLength: 36, unit: 'binary' })
          .filter((text) => !text.includes('\0') && text.length <= 36),
        attributes: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      }),
      { maxLength: 12 },
    ),
  })
  .map(({ diskGuid, sectorSize, drawn }) => {
    let free = 2 + 16384 / sectorSize;
    const partitions = drawn.map(({ gap, length, ...rest }, index) => {
      const firstLba = free + gap;
      free = firstLba + length;
      return { number: index + 1, firstLba, lastLba: free - 1, ...rest };
    });
    return { diskGuid, sectorSize, sectors: free + 16384 / sectorSize + 1, partitions };
  });

describe('partition table', () => {
  it('gives back what was laid out, from either copy', () => {
    fc.assert(
      fc.property(anyTable, (drawn) => {
        const { head, tail } = encodeGpt(drawn);
        expect({ head: head.length, tail: tail.length }).toEqual(gptLengths(drawn.sectorSize));
        expect(decodeGpt(head, tail, drawn.sectorSize)).toEqual({ ...drawn, source: 'primary' });
        head.fill(0, drawn.sectorSize);
        expect(decodeGpt(head, tail, drawn.sectorSize)).toEqual({ ...drawn, source: 'backup' });
      }),
    );
  });

  it('never believes a damaged primary', () => {
    const { head, tail } = encodeGpt(table);
    fc.assert(
      fc.property(
        fc.integer({ min: 512, max: head.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        (at, flip) => {
          const damaged = Buffer.from(head);
          damaged[at] = damaged[at]! ^ flip;
          const outsideHeader = at >= 512 + 92 && at < 1024;
          const { source, partitions } = decodeGpt(damaged, tail);
          expect([source, partitions]).toEqual([outsideHeader ? 'primary' : 'backup', table.partitions]);
        },
      ),
    );
    expect(() => decodeGpt(Buffer.alloc(head.length), Buffer.alloc(tail.length))).toThrow('no signature');
  });

  it('refuses partitions that overlap, leave the disk or share a number', () => {
    const [esp, verity] = table.partitions as [GptTable['partitions'][0], GptTable['partitions'][0]];
    const last = usableLbas(table).last;
    for (const partitions of [
      [esp, { ...verity, firstLba: esp.lastLba }],
      [{ ...esp, firstLba: 33 }],
      [{ ...esp, lastLba: last + 1 }],
      [esp, { ...verity, number: 1 }],
      [{ ...esp, name: 'x'.repeat(37) }],
    ]) {
      expect(() => encodeGpt({ ...table, partitions })).toThrow(/disk_invalid|partition|number/);
    }
  });

  it('satisfies sgdisk, field by field', () => {
    const disk = join(dir, 'ours.img');
    const { head, tail } = encodeGpt(table);
    const file = openSync(disk, 'w');
    ftruncateSync(file, table.sectors * 512);
    writeSync(file, head, 0, head.length, 0);
    writeSync(file, tail, 0, tail.length, table.sectors * 512 - tail.length);
    closeSync(file);
    expect(execFileSync('sgdisk', ['-v', disk]).toString()).toContain('No problems found');
    const shown = execFileSync('sgdisk', ['-i', '3', disk]).toString();
    expect(shown).toContain(slotTypes['x86-64'].verity.toUpperCase());
    expect(shown).toContain('BBBBBBBB-1111-4222-8333-444444444444');
    expect(shown).toMatch(
      /First sector: 6144[\s\S]*Last sector: 8191[\s\S]*Attribute flags: 9000000000000000/,
    );
    expect(shown).toContain("Partition name: 'verity-a'");
  });

  it('reads what sgdisk wrote', () => {
    const disk = join(dir, 'theirs.img');
    const file = openSync(disk, 'w');
    ftruncateSync(file, table.sectors * 512);
    closeSync(file);
    const [esp, verity] = table.partitions as [GptTable['partitions'][0], GptTable['partitions'][0]];
    execFileSync('sgdisk', [
      `-U${table.diskGuid}`,
      ...[`-n1:${esp.firstLba}:${esp.lastLba}`, `-t1:${esp.typeGuid}`, `-u1:${esp.guid}`, `-c1:${esp.name}`],
      ...[`-n3:${verity.firstLba}:${verity.lastLba}`, `-t3:${verity.typeGuid}`, `-u3:${verity.guid}`],
      ...[`-c3:${verity.name}`, '-A3:set:60', '-A3:set:63', disk],
    ]);
    const bytes = readFileSync(disk);
    const { head, tail } = gptLengths(512);
    const read = decodeGpt(bytes.subarray(0, head), bytes.subarray(-tail));
    expect(read).toEqual({ ...table, source: 'primary' });
    const ours = encodeGpt(table);
    expect(ours.head.subarray(512).equals(bytes.subarray(512, head))).toBe(true);
    expect(ours.tail.equals(bytes.subarray(-tail))).toBe(true);
  });
});
