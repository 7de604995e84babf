import { partitionTypes } from '../../../protocol/boot/partitions.ts';
import { encodeGpt, type GptTable, gptLengths } from '../../../protocol/formats/disk/gpt.ts';
import type { Piece } from '../../disk/fat32/encode-fat32.ts';
import { type BootImage, encodeBootCatalog } from './boot-catalog.ts';
import {
  encodeBootRecord,
  encodeFolder,
  encodePathTable,
  encodePrimary,
  encodeTerminator,
  type IsoNode,
  isoBlock,
} from './volume.ts';

/** What a hybrid volume is to hold. */
export interface IsoInput {
  /** At most 32 capitals, digits and underlines. */
  volume: string;
  time: Date;
  /** GUIDs of the table on a USB stick. */
  guids: { disk: string; esp: string };
  /** In one folder; sizes in bytes by names in small letters. */
  folder: string;
  files: ReadonlyMap<string, number>;
  /** Bytes of the FAT image that UEFI starts from. */
  espSize: number;
  /** Which of the files a BIOS starts from a CD. */
  bios?: string;
}

/** A volume without the contents of files and images, and the places they go to. */
export interface IsoLayout {
  size: number;
  /** Everything between pieces and contents is zero. */
  pieces: Piece[];
  files: Map<string, { offset: number; size: number }>;
  esp: { offset: number; size: number };
  /** The primary volume descriptor's block, which a BIOS image has to know. */
  primary: number;
}

const sectorSize = 512;
const blocks = {
  primary: 16,
  bootRecord: 17,
  terminator: 18,
  catalog: 19,
  little: 20,
  big: 21,
  root: 22,
  folder: 23,
};
const firstContent = 24;

/**
 * Lays out an ISO 9660 volume (ECMA-119) that is a disk as well: a GPT in the space before the volume shows the FAT image as an EFI
 * system partition, for when the same bytes lie on a USB stick.
 */
export function layOutIso(input: IsoInput): IsoLayout {
  const { time } = input;
  let next = firstContent;
  const take = (size: number) => {
    const offset = next * isoBlock;
    next += Math.ceil(size / isoBlock);
    return { offset, size };
  };
  const sorted = [...input.files].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const files = new Map(sorted.map(([name, size]) => [name, take(size)] as const));
  const esp = take(input.espSize);
  const { tail: tailLength } = gptLengths(sectorSize);
  const size = Math.ceil((next * isoBlock + tailLength) / isoBlock) * isoBlock;

  const root: IsoNode = { name: '', children: [], block: blocks.root, size: isoBlock };
  const folder: IsoNode = {
    name: input.folder.toUpperCase(),
    children: [...files].map(([name, { offset, size: length }]) => ({
      name: name.toUpperCase(),
      children: null,
      block: offset / isoBlock,
      size: length,
    })),
    block: blocks.folder,
    size: isoBlock,
  };
  root.children!.push(folder);
  const folders = [root, folder].map((node) => ({ node, parent: 1 }));
  const little = encodePathTable(folders, false);
  const pathTable = { length: little.length, little: blocks.little, big: blocks.big };
  const primary = encodePrimary({ name: input.volume, blocks: size / isoBlock, pathTable, root, time });

  const uefi: BootImage = { platform: 'uefi', block: esp.offset / isoBlock, sectors: 0 };
  const bios = input.bios === undefined ? undefined : files.get(input.bios);
  const forCd: BootImage | undefined = bios && {
    platform: 'bios',
    block: bios.offset / isoBlock,
    sectors: isoBlock / sectorSize,
  };
  const { head, tail } = encodeGpt(tableOf(size, esp, input.guids));
  const at = (block: number, bytes: Uint8Array): Piece => ({ offset: block * isoBlock, bytes });
  return {
    size,
    files,
    esp,
    primary: blocks.primary,
    pieces: [
      { offset: 0, bytes: head },
      at(blocks.primary, primary),
      at(blocks.bootRecord, encodeBootRecord(blocks.catalog)),
      at(blocks.terminator, encodeTerminator()),
      at(blocks.catalog, encodeBootCatalog(forCd ? [forCd, uefi] : [uefi])),
      at(blocks.little, little),
      at(blocks.big, encodePathTable(folders, true)),
      at(blocks.root, encodeFolder(root, root, time)),
      at(blocks.folder, encodeFolder(folder, root, time)),
      { offset: size - tail.length, bytes: tail },
    ],
  };
}

function tableOf(size: number, esp: { offset: number; size: number }, guids: IsoInput['guids']): GptTable {
  return {
    diskGuid: guids.disk,
    sectorSize,
    sectors: size / sectorSize,
    partitions: [
      {
        number: 1,
        typeGuid: partitionTypes.esp,
        guid: guids.esp,
        name: 'installer',
        firstLba: esp.offset / sectorSize,
        lastLba: Math.ceil((esp.offset + esp.size) / sectorSize) - 1,
        attributes: 0n,
      },
    ],
  };
}
