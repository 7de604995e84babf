import { crc32 } from 'node:zlib';
import { partitionTypes } from '../../../protocol/boot/partitions.ts';
import { decodeGpt, encodeGpt, gptLengths } from '../../../protocol/formats/disk/gpt.ts';
import type { FuzzTarget } from '../target.ts';

const sectorSize = 512;
const { head: headLength } = gptLengths(sectorSize);

export const target: FuzzTarget = {
  corpus() {
    const partitions = [
      { number: 1, typeGuid: partitionTypes.esp, name: 'esp', firstLba: 2048, lastLba: 4095 },
      { number: 2, typeGuid: partitionTypes.linuxData, name: 'state', firstLba: 4096, lastLba: 6000 },
    ].map((fields) => ({ ...fields, guid: partitionTypes.esp, attributes: 0n }));
    const { head, tail } = encodeGpt({ diskGuid: partitionTypes.esp, sectorSize, sectors: 8192, partitions });
    return [Buffer.concat([head, tail])];
  },
  repair(input) {
    if (input.length < headLength) return input;
    const header = input.subarray(sectorSize, 2 * sectorSize);
    header.writeUInt32LE(crc32(input.subarray(2 * sectorSize, headLength)), 88);
    header.writeUInt32LE(0, 16);
    header.writeUInt32LE(crc32(header.subarray(0, 92)), 16);
    return input;
  },
  run: (input) => decodeGpt(input.subarray(0, headLength), input.subarray(headLength), sectorSize),
};
