import { formatImageName, type Image } from '../../../protocol/boot/entry.ts';
import { imagesFolder } from '../../../protocol/boot/esp.ts';
import type { Note } from '../../../protocol/boot/mark.ts';
import type { Running, SlotName } from '../../ports/host.ts';
import { otherSlot } from '../../ports/host.ts';
import type { LoaderPort } from '../../ports/loader.ts';
import { findSigner } from '../secure-boot/find-signer.ts';
import { readDb } from '../secure-boot/read-db.ts';
import { readBootState } from './boot-state.ts';
import { sortEntries } from './choose.ts';
import { clearSteps } from './clear.ts';
import { type Esp, openEsp } from './esp.ts';
import { flip, unflipSteps, unsafe } from './flip.ts';
import { markBadSteps, markGoodSteps } from './judge.ts';
import { checkEfiVariables, checkLoaderConf } from './settings.ts';
import { perform } from './steps.ts';
import { sweepSteps } from './sweep.ts';
import { tidySteps } from './tidy.ts';

/** The slots' kernel images on the ESP, for the one who writes them. */
export interface BootFiles {
  /** Deletes the slot's entries, then its images; durable when it returns. `rootHash` is what comes next. */
  clear(slot: SlotName, rootHash: string): Promise<void>;
  /** Path of a slot's kernel image, from the ESP's root on. */
  imagePath(slot: SlotName, rootHash: string): string;
  /** Makes a new image's name durable. */
  sync(): Promise<void>;
  /** Throws `loader_unsafe` when the firmware would not start a slot's kernel image. */
  check(slot: SlotName, rootHash: string): Promise<void>;
  /** Bytes of a slot's kernel images, which make room for its next one. */
  held(slot: SlotName): Promise<number>;
  /** Free bytes of the ESP. */
  free(): Promise<number>;
}

/** What differs between real firmware and a file-backed host. */
export interface LoaderOptions {
  /** The folder of EFI variables, where there is firmware. */
  efivars?: string;
}

/** systemd-boot's side of the agent on an ESP that is mounted, or a plain folder, at `root`. */
export function openLoader(root: string, options: LoaderOptions = {}): LoaderPort & BootFiles {
  return createLoader(openEsp(root), options);
}

/** The same over any ESP. Every call reads what is there, and each may be repeated after a power cut. */
export function createLoader(esp: Esp, { efivars }: LoaderOptions = {}): LoaderPort & BootFiles {
  return {
    async tidy(running) {
      const image = imageOf(running.slot, running.rootHash);
      const hash = await esp.hash(pathOf(image));
      await perform(esp, tidySteps(await readBootState(esp), image, hash));
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
      await perform(esp, unflipSteps(await readBootState(esp), generation));
    },
    async markGood(generation) {
      await perform(esp, markGoodSteps(await readBootState(esp), generation));
    },
    async markBad(generation) {
      await perform(esp, markBadSteps(await readBootState(esp), generation));
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
      await perform(esp, clearSteps(await readBootState(esp), slot, prefix));
    },
    imagePath: (slot, rootHash) => pathOf(imageOf(slot, rootHash)),
    sync: () => esp.sync(imagesFolder),
    check: (slot, rootHash) => checkSignature(imageOf(slot, rootHash)),
    async held(slot) {
      const images = (await readBootState(esp)).images.filter((image) => image.slot === slot);
      const sizes = await Promise.all(images.map((image) => esp.size(pathOf(image))));
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
    const { generation, steps } = flip(state, image, note, imageOf(running.slot, running.rootHash));
    await perform(esp, steps);
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
