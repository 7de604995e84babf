import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { openEsp } from '../../../agent/loader/esp/esp.ts';
import { checkRoot } from '../../../agent/slots/check-root.ts';
import { findSlotsInFile } from '../../../agent/slots/find-in-file.ts';
import type { Slot } from '../../../agent/slots/slot.ts';
import { type Entry, formatImageName } from '../../../protocol/boot/entry.ts';
import { imagesFolder } from '../../../protocol/boot/esp.ts';
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
  const panic = rootHash ? await panicOf(slot, rootHash) : 'the kernel image names no root hash';
  return { entry, slot, rootHash, panic };
}

async function panicOf(slot: Slot, rootHash: string): Promise<string | null> {
  try {
    await checkRoot(slot, rootHash, new AbortController().signal);
    return null;
  } catch (error) {
    return `verity: ${(error as Error).message}`;
  }
}
