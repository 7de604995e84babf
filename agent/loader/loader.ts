import { formatExtractedName, formatImageName, type Image } from '../../protocol/boot/entry.ts';
import { imagesFolder } from '../../protocol/boot/esp.ts';
import type { Note } from '../../protocol/boot/mark.ts';
import type { Running, SlotName } from '../ports/host.ts';
import { otherSlot } from '../ports/host.ts';
import type { LoaderPort } from '../ports/loader.ts';
import { type Esp, openEsp } from './esp/esp.ts';
import { perform } from './esp/steps.ts';
import { unsafe } from './esp/unsafe.ts';
import { carryOut } from './grub/both.ts';
import { readEnvironment } from './grub/environment.ts';
import { extract } from './grub/extract.ts';
import { repair } from './grub/repair.ts';
import { findSigner } from './secure-boot/find-signer.ts';
import { readDb } from './secure-boot/read-db.ts';
import { readBootState } from './systemd-boot/boot-state.ts';
import { sortEntries } from './systemd-boot/choose.ts';
import { clear } from './systemd-boot/clear.ts';
import { flip, unflip } from './systemd-boot/flip.ts';
import { markBad, markGood } from './systemd-boot/judge.ts';
import { checkEfiVariables, checkLoaderConf } from './systemd-boot/settings.ts';

import { sweepSteps } from './systemd-boot/sweep.ts';
import { tidy } from './systemd-boot/tidy.ts';

/** The slots' kernel images on the ESP, for the one who writes them. */
export interface BootFiles {
  /** Takes the slot's pointers from both loaders, then deletes its images; durable when it returns. `rootHash` is what comes next. */
  clear(slot: SlotName, rootHash: string): Promise<void>;
  /** Path of a slot's kernel image, from the ESP's root on. */
  imagePath(slot: SlotName, rootHash: string): string;
  /** Makes a new image's name durable. */
  sync(): Promise<void>;
  /** Takes out of a slot's whole kernel image what GRUB loads, on a disk that has GRUB; durable and read back. */
  extract(slot: SlotName, rootHash: string): Promise<void>;
  /** Bytes that a kernel image takes at most, with what is taken out of it. */
  sizeOf(bootSize: number): Promise<number>;
  /** Throws `loader_unsafe` when the firmware would not start a slot's kernel image. */
  check(slot: SlotName, rootHash: string): Promise<void>;
  /** Bytes of a slot's kernel images and of what was taken out of them, which make room for its next one. */
  held(slot: SlotName): Promise<number>;
  /** Free bytes of the ESP. */
  free(): Promise<number>;
}

/** What differs between real firmware and a file-backed host. */
export interface LoaderOptions {
  /** The folder of EFI variables, where there is firmware. */
  efivars?: string;
}

/** Both boot loaders on an ESP that is mounted, or a plain folder, at `root`. */
export function openLoader(root: string, options: LoaderOptions = {}): LoaderPort & BootFiles {
  return createLoader(openEsp(root), options);
}

/** The same over any ESP. Every call reads what is there, and each may be repeated after a power cut. */
export function createLoader(esp: Esp, { efivars }: LoaderOptions = {}): LoaderPort & BootFiles {
  return {
    async tidy(running) {
      const image = imageOf(running.slot, running.rootHash);
      const hash = await esp.hash(pathOf(image));
      const state = await readBootState(esp);
      await carryOut(esp, state.entries, tidy(state, image, hash), 'given');
      await repair(esp, (await readBootState(esp)).entries);
      await perform(esp, await sweepSteps(esp));
    },
    async flip(target, running) {
      const { release } = target;
      const note = { title: `${release.name} ${target.version}`, boot: release.boot.sha256 };
      return flipTo(imageOf(otherSlot(running.slot), target.rootHash), note, running);
    },
    async flipBack(running) {
      const state = await readBootState(esp);
      const back = state.marks.find(
        (mark) => mark.kind === 'confirmed' && mark.slot === otherSlot(running.slot),
      );
      if (!back?.note) throw unsafe(`slot ${otherSlot(running.slot)} was never marked good`);
      return flipTo({ slot: back.slot, prefix: back.prefix }, back.note, running);
    },
    async unflip(generation) {
      const state = await readBootState(esp);
      await carryOut(esp, state.entries, unflip(state, generation), 'taken');
    },
    async markGood(generation) {
      const state = await readBootState(esp);
      await carryOut(esp, state.entries, markGood(state, generation), 'given');
    },
    async markBad(generation) {
      const state = await readBootState(esp);
      await carryOut(esp, state.entries, markBad(state, generation), 'taken');
    },
    async entries() {
      return sortEntries((await readBootState(esp)).entries).map(
        ({ generation, slot, prefix, title, triesLeft, triesDone }) => ({
          generation,
          slot,
          rootHashPrefix: prefix,
          title,
          triesLeft,
          triesDone,
        }),
      );
    },
    async clear(slot, rootHash) {
      const { prefix } = imageOf(slot, rootHash);
      const state = await readBootState(esp);
      await carryOut(esp, state.entries, clear(state, slot, prefix), 'taken');
    },
    imagePath: (slot, rootHash) => pathOf(imageOf(slot, rootHash)),
    sync: () => esp.sync(imagesFolder),
    async extract(slot, rootHash) {
      if (await readEnvironment(esp)) await extract(esp, imageOf(slot, rootHash));
    },
    sizeOf: async (bootSize) => ((await readEnvironment(esp)) ? 2 * bootSize : bootSize),
    check: (slot, rootHash) => checkSignature(imageOf(slot, rootHash)),
    async held(slot) {
      const { images, extracted } = await readBootState(esp);
      const files = [
        ...images.map((image) => ({ slot: image.slot, name: formatImageName(image) })),
        ...extracted.map((file) => ({ slot: file.slot, name: formatExtractedName(file, file.kind) })),
      ].filter((file) => file.slot === slot);
      const sizes = await Promise.all(files.map(({ name }) => esp.size(`${imagesFolder}/${name}`)));
      return sizes.reduce((sum, size) => sum + size, 0);
    },
    free: () => esp.free(),
  };

  async function flipTo(image: Image, note: Note, running: Running): Promise<number> {
    await checkLoaderConf(esp);
    if (efivars) await checkEfiVariables(efivars);
    const found = await esp.hash(pathOf(image));
    if (found !== note.boot) throw unsafe(`${pathOf(image)} is not the signed kernel image`);
    await checkSignature(image);
    const state = await readBootState(esp);
    const grub = await readEnvironment(esp);
    if (grub) await extract(esp, image);
    const { good, trial } = grub?.environment ?? { good: null, trial: null };
    const used = [good?.generation ?? 0, trial?.generation ?? 0];
    const own = imageOf(running.slot, running.rootHash);
    const { generation, change } = flip(state, image, note, own, used);
    await carryOut(esp, state.entries, change, 'given');
    return generation;
  }

  /** A kernel image that the firmware refuses ends in its shell: there is no way back from that by itself. */
  async function checkSignature(image: Image): Promise<void> {
    const db = efivars && (await readDb(efivars));
    if (!db) return;
    const program = Buffer.from((await esp.read(pathOf(image))) ?? '', 'latin1');
    if (!findSigner(program, db)) throw unsafe(`${pathOf(image)} is not signed by a key of this firmware`);
  }
}

function imageOf(slot: SlotName, rootHash: string): Image {
  return { slot, prefix: rootHash.slice(0, 16) };
}

function pathOf(image: Image): string {
  return `${imagesFolder}/${formatImageName(image)}`;
}
