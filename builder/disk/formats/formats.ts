import type { FileHandle } from 'node:fs/promises';
import type { About } from './about.ts';
import { writeGce } from './gce.ts';
import { writeOva } from './ova.ts';
import { writeQcow2 } from './qcow2.ts';
import type { RawDisk } from './raw-disk.ts';
import { writeRawZst } from './raw-zst.ts';
import { writeLibvirtBox, writeVirtualboxBox } from './vagrant.ts';
import { writeVdi } from './vdi.ts';
import { writeVhd } from './vhd.ts';
import { writeVhdx } from './vhdx.ts';
import { writeVmdk } from './vmdk.ts';

const mebibyte = 1024 ** 2;
const gibibyte = 1024 ** 3;

/** A format of disk images other than the raw one. */
export interface Format {
  /** What names of such files usually end with. */
  extension: string;
  /** The disk is a whole number of so many bytes. */
  multiple: number;
  /** `scratch` is an empty folder with room for another image. */
  write(disk: RawDisk, out: FileHandle, about: About, scratch: string): Promise<void>;
}

/** The formats by name, all from the same raw disk; the same disk gives the same bytes. */
export const formats = {
  'raw.zst': { extension: '.raw.zst', multiple: mebibyte, write: writeRawZst },
  qcow2: { extension: '.qcow2', multiple: mebibyte, write: writeQcow2 },
  vmdk: { extension: '.vmdk', multiple: mebibyte, write: writeVmdk },
  ova: { extension: '.ova', multiple: mebibyte, write: writeOva },
  vdi: { extension: '.vdi', multiple: mebibyte, write: writeVdi },
  vhd: { extension: '.vhd', multiple: mebibyte, write: writeVhd },
  vhdx: { extension: '.vhdx', multiple: mebibyte, write: writeVhdx },
  gce: { extension: '.tar.gz', multiple: gibibyte, write: writeGce },
  'vagrant-libvirt': { extension: '.box', multiple: mebibyte, write: writeLibvirtBox },
  'vagrant-virtualbox': { extension: '.box', multiple: mebibyte, write: writeVirtualboxBox },
} as const satisfies Record<string, Format>;
/** A name of `formats`. */
export type FormatName = keyof typeof formats;
