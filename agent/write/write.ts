import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { entryRoom } from '../../protocol/boot/esp.ts';
import type { PayloadRef } from '../../protocol/documents/release.ts';
import { asInterlockError, hasCode, InterlockError } from '../../protocol/errors/interlock-error.ts';
import { verityBlock } from '../../protocol/formats/disk/verity.ts';
import type { PayloadHeader } from '../../protocol/formats/payload/payload.ts';
import type { Download } from '../download/download.ts';
import type { BootFiles } from '../loader/loader.ts';
import type { Running, SlotName } from '../ports/host.ts';
import { otherSlot } from '../ports/host.ts';
import type { OnProgress, SlotPort } from '../ports/slot.ts';
import type { Target } from '../ports/trust.ts';
import { checkApart } from '../slots/check-apart.ts';
import type { Extent, Slots } from '../slots/slot.ts';
import { apply } from './apply.ts';
import { findLocal } from './find-local.ts';
import { findMissing, type Numbered } from './find-missing.ts';
import { payloadChoice } from './payload-choice.ts';
import { readHeader } from './read-header.ts';
import { claimOf, imageSize, superblockOf, writeSuperblock } from './superblock.ts';
import { checkRoom, closeParts, openSource, openTarget, type Parts, type Places } from './target-parts.ts';
import { type Verification, verifyRest, verifySlot, writeTree } from './verify-slot.ts';

/** What writing a slot needs of the host. */
export interface Storage {
  slots: Slots;
  /** Where the ESP is mounted. */
  esp: string;
  bootFiles: BootFiles;
}

/** The inactive slot as the agent's middle knows it. */
export function createSlotPort(storage: Storage, download: Download): SlotPort {
  return {
    write: (target, running, onProgress, signal, onRefused) =>
      write({ target, running, storage, download, onProgress, signal, onRefused }),
  };
}

interface Order {
  target: Target;
  running: Running;
  storage: Storage;
  download: Download;
  onProgress: OnProgress;
  signal: AbortSignal;
  onRefused?: ((problem: string) => void) | undefined;
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
      const worthAnother =
        error instanceof InterlockError &&
        (error.code.startsWith('payload_') || error.code === 'slot_mismatch');
      if (!worthAnother || index === choice.length - 1) throw naming(payload.sha256, error);
      // the update goes on, and the refused payload is reported to the server
      order.onRefused?.(naming(payload.sha256, error).message);
    }
  }
}

/** Says which of the server's files the wrong bytes belong to, for those who have to repair it. */
function naming(sha256: string, error: unknown): InterlockError {
  const failure = asInterlockError(error);
  const blob = `blob ${sha256}`;
  if (hasCode(failure, 'payload_mismatch')) {
    return new InterlockError('payload_mismatch', { ...failure.details, blob }, { cause: error });
  }
  if (!hasCode(failure, 'payload_invalid')) return failure;
  const problem = `${failure.details.problem} (${blob})`;
  return new InterlockError('payload_invalid', { problem }, { cause: error });
}

/**
 * Header → forget the slot → superblock zeroed → operations → flush → read everything back → GRUB's files → superblock.
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
  checkRoom(storage.slots[name], { root: release.root.size, verity: release.root.verity.size });
  const claim = await claimOf(places.verity, superblock);
  if (claim === 'this' && (await isWhole(name, places, job))) {
    // an agent that knew no other loader may have written it
    await storage.bootFiles.extract(name, target.rootHash);
    return;
  }

  await checkSpace(storage.bootFiles, name, places.boot);
  await storage.bootFiles.clear(name, target.rootHash);
  await writeSuperblock(places.verity, Buffer.alloc(verityBlock));
  await fillSlot(job, header, places, claim !== 'other');
  await finish(verification(name, places, job));
  await storage.bootFiles.extract(name, target.rootHash);
  await writeSuperblock(places.verity, superblock);
}

/** `isBegun`: some of it may lie there. A slot that held another release until now was not begun. */
async function fillSlot(job: Job, header: PayloadHeader, places: Places, isBegun: boolean): Promise<void> {
  const { payload, storage, download, onProgress, signal } = job;
  const total = header.sizes.root + header.sizes.boot;
  const parts = await openTarget(places);
  let source: Parts | null = null;
  try {
    const all = header.operations.map((operation, index) => ({ ...operation, index }));
    const needed = isBegun ? await findMissing(all, parts, signal) : all;
    let done = total - needed.reduce((sum, operation) => sum + operation.length, 0);
    onProgress('download', done, total);
    const onWritten = (bytes: number) => {
      done += bytes;
      onProgress('download', done, total);
    };
    if (needed.length > 0) source = await openRunning(job);
    const missing = header.sourceRootHash || !source ? needed : await findHere(needed, source, job);
    await apply({ header, payload, missing, target: parts, source, download, signal, onWritten });
    await storage.bootFiles.sync();
  } finally {
    await closeParts(parts);
    if (source) await closeParts(source);
  }
}

/** With no delta made, what the running slot has is copied all the same. */
async function findHere(
  missing: Numbered[],
  source: Parts,
  { running, storage, signal }: Job,
): Promise<Numbered[]> {
  try {
    const size = await imageSize(storage.slots[running.slot].verity);
    return await findLocal(missing, source, Math.min(size, source.root.size), signal);
  } catch (error) {
    signal.throwIfAborted();
    // whatever the running slot cannot give is fetched
    if (!['disk_invalid', 'disk_failed'].includes(asInterlockError(error).code)) throw error;
    return missing;
  }
}

async function finish(slot: Verification): Promise<void> {
  await writeTree(slot);
  await verifyRest(slot);
}

function verification(slot: SlotName, places: Places, job: Job): Verification {
  const { release } = job.target;
  const total = release.root.size + release.root.verity.size + release.boot.size;
  let done = 0;
  const onRead = (bytes: number) => {
    done += bytes;
    job.onProgress('verify', done, total);
  };
  return { slot, places, release, signal: job.signal, onRead };
}

/** False when what once was whole is not any more: then it is written again. */
async function isWhole(name: SlotName, places: Places, job: Job): Promise<boolean> {
  try {
    await verifySlot(verification(name, places, job));
    return true;
  } catch (error) {
    job.signal.throwIfAborted();
    if (error instanceof InterlockError || (error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

function placesOf(slot: SlotName, rootHash: string, bootSize: number, storage: Storage): Places {
  const { root, verity } = storage.slots[slot];
  const path = join(storage.esp, storage.bootFiles.imagePath(slot, rootHash));
  return { root, verity, boot: { path, offset: 0, size: bootSize } };
}

/** The running slot, to be read only. Its kernel image lies unprotected on the ESP: all that is taken is checked by hash. */
async function openRunning({ running, storage }: Job): Promise<Parts> {
  const places = placesOf(running.slot, running.rootHash, 0, storage);
  // without the running slot's boot file its bytes are downloaded
  const found = await stat(places.boot.path).catch(() => undefined);
  if (!found) return openSource({ ...places, boot: { ...places.root, size: 0 } });
  return openSource({ ...places, boot: { ...places.boot, size: found.size } });
}

/** Before anything is cleared or fetched: an image that has no room must not cost the version that the slot still holds. */
async function checkSpace(bootFiles: BootFiles, slot: SlotName, { path, size }: Extent): Promise<void> {
  const held = await bootFiles.held(slot);
  const free = await bootFiles.free();
  const needed = Math.max(0, (await bootFiles.sizeOf(size)) - held) + entryRoom;
  if (free < needed) throw new InterlockError('space_missing', { where: `the ESP (${path})`, free, needed });
}
