import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InterlockError } from '../../protocol/errors.ts';
import type { PayloadHeader } from '../../protocol/payload.ts';
import type { PayloadRef } from '../../protocol/release.ts';
import { verityBlock } from '../../protocol/verity.ts';
import type { Download } from '../download/download.ts';
import type { BootFiles } from '../loader/systemd-boot/loader.ts';
import type { OnProgress, Running, SlotName, SlotPort, Target } from '../ports.ts';
import { checkApart } from '../slots/check-apart.ts';
import { type Extent, otherSlot, type Slots } from '../slots/slot.ts';
import { apply } from './apply.ts';
import { findMissing } from './find-missing.ts';
import { payloadChoice } from './payload-choice.ts';
import { readHeader } from './read-header.ts';
import { hasSuperblock, superblockOf, writeSuperblock } from './superblock.ts';
import { checkRoom, closeParts, openSource, openTarget, type Places } from './target-parts.ts';
import { verifySlot } from './verify-slot.ts';

/** What writing a slot needs of the host. */
export interface Storage {
  slots: Slots;
  /** The folder at which the ESP lies. */
  esp: string;
  bootFiles: BootFiles;
}

/** The inactive slot as the agent's middle knows it. */
export function createSlotPort(storage: Storage, download: Download): SlotPort {
  return {
    write: (target, running, onProgress, signal) =>
      write({ target, running, storage, download, onProgress, signal }),
  };
}

interface Order {
  target: Target;
  running: Running;
  storage: Storage;
  download: Download;
  onProgress: OnProgress;
  signal: AbortSignal;
}

interface Job extends Order {
  payload: PayloadRef;
}

/** Writes a release into the slot that does not run, by the smallest payload that works; nothing to do when it runs. */
export async function write(order: Order): Promise<void> {
  const { target, running } = order;
  if (target.rootHash === running.rootHash) return;
  const choice = payloadChoice(target.release, running.rootHash);
  for (const [index, payload] of choice.entries()) {
    try {
      await writeSlot({ ...order, payload });
      return;
    } catch (error) {
      const worthAnother = error instanceof InterlockError && error.code.startsWith('payload_');
      if (!worthAnother || index === choice.length - 1) throw error;
    }
  }
}

/**
 * Header → forget the slot → superblock zeroed → operations → flush → read everything back → superblock.
 * Whatever cuts it, the slot is not bootable until the last line, and the next call continues.
 */
async function writeSlot(job: Job): Promise<void> {
  const { target, running, payload, storage, download, signal } = job;
  const { release } = target;
  const name = otherSlot(running.slot);
  checkApart(storage.slots[name], storage.slots[running.slot]);
  const places = placesOf(name, target.rootHash, release.boot.size, storage);
  const superblock = superblockOf(release);
  const header = await readHeader(release, payload, download, signal);
  checkRoom(storage.slots[name], header.sizes);
  if ((await hasSuperblock(places.verity, superblock)) && (await isWhole(name, places, job))) return;

  await storage.bootFiles.clear(name, target.rootHash);
  await checkSpace(storage.bootFiles, places.boot);
  await writeSuperblock(places.verity, Buffer.alloc(verityBlock));
  await fillSlot(job, header, places, superblock);
  await verify(name, places, job);
  await writeSuperblock(places.verity, superblock);
}

async function fillSlot(job: Job, header: PayloadHeader, places: Places, superblock: Buffer): Promise<void> {
  const { payload, storage, download, onProgress, signal } = job;
  const total = bytesOf(job);
  const parts = await openTarget(places, superblock);
  const source = header.sourceRootHash ? await openSource(await sourceOf(job)) : null;
  try {
    const missing = await findMissing(header.operations, parts, signal);
    let done = total - missing.reduce((sum, operation) => sum + operation.length, 0);
    onProgress('download', done, total);
    const onWritten = (bytes: number) => {
      done += bytes;
      onProgress('download', done, total);
    };
    await apply({ header, payload, missing, target: parts, source, download, signal, onWritten });
    await storage.bootFiles.sync();
  } finally {
    await closeParts(parts);
    if (source) await closeParts(source);
  }
}

async function verify(name: SlotName, places: Places, job: Job): Promise<void> {
  const total = bytesOf(job);
  let done = 0;
  await verifySlot(name, places, job.target.release, job.signal, (bytes) => {
    done += bytes;
    job.onProgress('verify', done, total);
  });
}

/** False when what once was whole is not any more: then it is written again. */
async function isWhole(name: SlotName, places: Places, job: Job): Promise<boolean> {
  try {
    await verify(name, places, job);
    return true;
  } catch (error) {
    job.signal.throwIfAborted();
    if (error instanceof InterlockError || (error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

function bytesOf({ target: { release } }: Job): number {
  return release.root.size + release.root.verity.size + release.boot.size;
}

function placesOf(slot: SlotName, rootHash: string, bootSize: number, storage: Storage): Places {
  const { root, verity } = storage.slots[slot];
  const path = join(storage.esp, storage.bootFiles.imagePath(slot, rootHash));
  return { root, verity, boot: { path, offset: 0, size: bootSize } };
}

/** The running slot, to be read only. Its kernel image lies unprotected on the ESP; what is copied is checked by hash. */
async function sourceOf({ running, storage }: Job): Promise<Places> {
  const places = placesOf(running.slot, running.rootHash, 0, storage);
  const found = await stat(places.boot.path).catch(() => undefined);
  if (!found) throw new InterlockError('payload_invalid', { problem: 'the running kernel image is missing' });
  return { ...places, boot: { ...places.boot, size: found.size } };
}

async function checkSpace(bootFiles: BootFiles, { path, size }: Extent): Promise<void> {
  const held = (await stat(path).catch(() => undefined))?.size ?? 0;
  const free = await bootFiles.free();
  if (free + held < size)
    throw new InterlockError('space_missing', { where: 'the ESP', free, needed: size - held });
}
