import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { type Entry, formatImageName, imagesFolder } from '../../../agent/loader/systemd-boot/entry.ts';
import { openEsp } from '../../../agent/loader/systemd-boot/esp.ts';
import { openExtent } from '../../../agent/slots/extent.ts';
import { findSlotsInFile } from '../../../agent/slots/find-in-file.ts';
import { readBack } from '../../../agent/slots/read-back.ts';
import type { Extent, Slot } from '../../../agent/slots/slot.ts';
import { decodeVeritySuperblock, startVerity, verityBlock } from '../../../protocol/verity.ts';
import { bootOnce } from './systemd-boot.ts';

/** One power-on: which entry was taken, and what came of it. */
export interface PowerOn {
  entry: Entry;
  slot: Slot;
  /** Root hash that the kernel image demands; empty when it names none. */
  rootHash: string;
  /** Why the kernel panicked, or null: the slot is what its kernel image demands. */
  panic: string | null;
}

/** Powers a file-backed host on once: loader, kernel image, dm-verity. Nothing when no entry is usable. */
export async function bootSlot(disk: string, esp: string): Promise<PowerOn | undefined> {
  const booted = await bootOnce(openEsp(esp), (from, to) => rename(join(esp, from), join(esp, to)));
  if (!booted) return undefined;
  const { entry } = booted;
  const slot = (await findSlotsInFile(disk))[entry.slot];
  const image = await readFile(join(esp, imagesFolder, formatImageName(entry)), 'latin1');
  const rootHash = /interlock\.roothash=([0-9a-f]{64})/.exec(image)?.[1] ?? '';
  const panic = rootHash ? await checkVerity(slot, rootHash) : 'the kernel image names no root hash';
  return { entry, slot, rootHash, panic };
}

async function checkVerity(slot: Slot, rootHash: string): Promise<string | null> {
  const superblock = decodeVeritySuperblock(await firstBlock(slot.verity));
  if (!superblock) return `slot ${slot.name} holds no root`;
  const size = superblock.dataBlocks * verityBlock;
  if (size > slot.root.size) return `slot ${slot.name} is too small for its root`;
  const verity = startVerity(superblock.salt);
  for await (const chunk of readBack(slot.root, size)) verity.update(chunk);
  const found = verity.finish().rootHash;
  return found === rootHash ? null : `verity: slot ${slot.name} has root hash ${found}`;
}

async function firstBlock(extent: Extent): Promise<Buffer> {
  const open = await openExtent(extent, 'read');
  return open.read(0, verityBlock).finally(() => open.close());
}
