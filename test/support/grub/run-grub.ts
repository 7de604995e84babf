import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { layOutDisk, partitionRange } from '../../../builder/disk/disk-layout.ts';
import { encodeFat32 } from '../../../builder/disk/fat32/encode-fat32.ts';
import { biosLoader } from '../../../builder/grub/bios-loader.ts';
import { writeFully } from '../../../builder/root/erofs/block-writer.ts';
import { placeLoader } from '../../../protocol/formats/disk/bios-loader.ts';
import { encodeGpt } from '../../../protocol/formats/disk/gpt.ts';

/** Debian's GRUB for a BIOS. */
export const grubModules = '/usr/lib/grub/i386-pc';

const mebibyte = 1024 * 1024;
const sizes = { esp: 64 * mebibyte, root: mebibyte, verity: mebibyte, state: mebibyte };
const table = layOutDisk(sizes, 'x86-64', 'grub');
const mostMs = 300_000;

/** The ESP's GUID on these disks. */
export const espGuid = table.partitions.find(({ name }) => name === 'esp')!.guid;

/** What a kernel of `tellingKernel` was started with. */
export interface Told {
  words: string;
  initrd: string;
}

/** What becomes of GRUB's writes: the disk takes them, fails at each one, or is one that nobody may write to. */
export type Writes = 'taken' | 'failing' | 'read-only';

/** The loader that images carry. */
export async function makeLoader(): Promise<Buffer> {
  const names = await readdir(grubModules);
  return biosLoader(new Map(names.map((name) => [name, readFileSync(join(grubModules, name))])));
}

/** Writes a disk with a loader and these files on its ESP; nothing else is on it. */
export async function makeGrubDisk(
  disk: string,
  loader: Buffer,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<void> {
  await rm(disk, { force: true });
  await using file = await open(disk, 'wx');
  await file.truncate(table.sectors * table.sectorSize);
  const { head, tail } = encodeGpt(table);
  const bios = partitionRange(table, 'bios');
  const placed = placeLoader(loader, bios.offset / table.sectorSize)!;
  placed.code.copy(head);
  await writeFully(file, head, 0);
  await writeFully(file, placed.core, bios.offset);
  await writeFully(file, tail, table.sectors * table.sectorSize - tail.length);
  const { offset, size } = partitionRange(table, 'esp');
  const hiddenSectors = offset / table.sectorSize;
  for (const piece of encodeFat32({ size, label: 'ESP', volumeId: 1, time: 1.7e9, hiddenSectors, files })) {
    await writeFully(file, piece.bytes, offset + piece.offset);
  }
}

/** Lets a BIOS start GRUB from the disk, once; nothing when no kernel was started before GRUB gave up. */
export async function runGrub(disk: string, writes: Writes = 'taken'): Promise<Told | undefined> {
  const told = `${disk}.told`;
  const failing = 'file.driver=blkdebug,file.image.driver=file,file.inject-error.0.event=write_aio';
  const place = writes === 'failing' ? `${failing},file.image.filename=${disk}` : `file=${disk}`;
  const drive = `if=none,id=disk,format=raw,${place}${writes === 'read-only' ? ',readonly=on' : ''}`;
  const args = [
    ...['-machine', 'q35', '-accel', 'tcg', '-m', '64', '-nodefaults', '-display', 'none', '-no-reboot'],
    ...['-drive', drive, '-device', 'virtio-blk-pci,drive=disk'],
    ...['-chardev', `file,id=told,path=${told}`, '-device', 'isa-debugcon,iobase=0xe9,chardev=told'],
    ...['-device', 'isa-debug-exit,iobase=0xf4'],
  ];
  await new Promise<void>((resolve, reject) => {
    const child = execFile(
      'setpriv',
      ['--pdeathsig', 'KILL', 'qemu-system-x86_64', ...args],
      { timeout: mostMs },
      (error, _, said) => {
        const ended = !error || error.code === 1;
        if (ended && !said) resolve();
        else reject(new Error(`QEMU: ${said || error?.message}`));
      },
    );
    child.stdin?.end();
  });
  const text = await readFile(told, 'latin1');
  await rm(told);
  const [words, initrd] = text.split('\0', 2);
  return words === undefined || initrd === undefined ? undefined : { words, initrd };
}
