import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readEnvironment } from '../../../agent/loader/grub/environment.ts';
import { createLoader } from '../../../agent/loader/loader.ts';
import { readBootState } from '../../../agent/loader/systemd-boot/boot-state.ts';
import { chooseEntry } from '../../../agent/loader/systemd-boot/choose.ts';
import type { Running, SlotName } from '../../../agent/ports/host.ts';
import { otherSlot } from '../../../agent/ports/host.ts';
import { type Entry, extractedKinds, formatExtractedName, type Image } from '../../../protocol/boot/entry.ts';
import { grubOnce } from '../../support/host/grub.ts';
import {
  createPowerCutEsp,
  type Draw,
  PowerCut,
  type PowerCutEsp,
} from '../../support/host/power-cut-esp.ts';
import { bootOnce } from '../../support/host/systemd-boot.ts';
import {
  firstFiles,
  grubFiles,
  image,
  imagePath,
  rootHash,
  runningIn,
  targetOf,
} from '../../support/host/two-loaders.ts';

/** Which loaders a disk has, and which of them starts it: after each power-on it may be another one. */
type Firmware = 'UEFI' | 'BIOS' | 'either';

/** A host reduced to what decides whether it boots: its ESP, and which release each slot holds, whole. */
interface Host {
  esp: PowerCutEsp;
  /** Null: a disk without GRUB. */
  firmware: Firmware | null;
  draw: Draw;
  /** Power cuts still to come. */
  cuts: number;
  slots: Record<SlotName, { version: number; whole: boolean }>;
  /** Releases that cannot boot. */
  bad: Set<number>;
  /** Versions the next boot may take. */
  allowed: Set<number>;
  /** A release whose marking was cut may come back once its mark is found: it was healthy. */
  vouched: number[];
  running: { slot: SlotName; version: number; generation: number; lastTry: boolean };
}

function firstInstall(draw: Draw, firmware: Firmware | null): Host {
  const esp = createPowerCutEsp({ ...firstFiles(), ...(firmware && grubFiles()) });
  return {
    esp,
    firmware,
    draw,
    cuts: 6,
    slots: { a: { version: 1, whole: true }, b: { version: 0, whole: false } },
    bad: new Set(),
    allowed: new Set([1]),
    vouched: [],
    running: { slot: 'a', version: 1, generation: 1, lastTry: false },
  };
}

/** Powers on until a release runs; every choice on the way must be one that was allowed, and whole. */
async function boot(host: Host, fallback: number): Promise<void> {
  for (let attempt = 0; attempt < 20; attempt++) {
    if (host.cuts > 0 && host.draw(5) === 0) host.esp.cutAfter(1);
    const { firmware } = host;
    const isUefi = firmware === null || firmware === 'UEFI' || (firmware === 'either' && host.draw(1) === 0);
    let booted: Image & { generation: number };
    try {
      booted = await (isUefi ? startByUefi(host) : startByBios(host));
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
      host.cuts--;
      host.esp.restart(isUefi && host.bad.size > 0 ? withoutTwins(host.draw) : host.draw);
      host.allowed.add(fallback);
      continue;
    }
    host.esp.restart(host.draw);
    const { slot, prefix, generation } = booted;
    const { version, whole } = host.slots[slot];
    expect(rootHash(version).slice(0, 16)).toBe(prefix);
    expect(whole, `version ${version} in slot ${slot} is half written`).toBe(true);
    expect(host.allowed).toContain(version);
    if (!host.bad.has(version)) {
      host.running = { slot, version, generation, lastTry: await isLastTry(host, slot, generation) };
      return;
    }
    host.allowed.add(fallback);
  }
  throw new Error('never came up');
}

async function startByUefi({ esp }: Host): Promise<Entry> {
  const booted = await bootOnce(esp, esp.rename);
  expect(booted, 'nothing boots').toBeDefined();
  return booted!.entry;
}

/** The agent takes the generation of a boot from the entries, whichever loader it was. */
async function startByBios({ esp }: Host): Promise<Image & { generation: number }> {
  const booted = await grubOnce(esp);
  expect(booted, 'GRUB boots nothing').toBeDefined();
  const { image: started } = booted!;
  const { entries } = await readBootState(esp);
  const own = entries.filter(({ slot, prefix }) => slot === started.slot && prefix === started.prefix);
  return { ...started, generation: Math.max(booted!.generation, ...own.map(({ generation }) => generation)) };
}

/**
 * Whether the next power-on may take another slot. A torn rename leaves two names, and tidying keeps the one with fewer
 * tries, or none, and tidying takes the trial from GRUB too; and GRUB may not have heard of the trial yet.
 */
async function isLastTry({ esp, firmware }: Host, slot: SlotName, generation: number): Promise<boolean> {
  const { entries } = await readBootState(esp);
  const own = entries.filter((entry) => entry.generation === generation);
  if (own.length === 0 || own.some(({ triesLeft }) => triesLeft === 0)) return true;
  if (firmware === null || firmware === 'UEFI') return false;
  const { good, trial } = (await readEnvironment(esp))?.environment ?? { good: null, trial: null };
  const pointed = trial?.left ? trial : good;
  return pointed?.image.slot !== slot;
}

/** After the agent tidied, both loaders take the same, and systemd-boot knows of every try that GRUB counted. */
async function expectOneWill({ esp }: Host): Promise<void> {
  const found = await readEnvironment(esp);
  if (!found) return;
  const { good, trial } = found.environment!;
  const { entries } = await readBootState(esp);
  const first = chooseEntry(entries)!;
  const pointed = trial?.left ? trial : good!;
  expect(pointed).toMatchObject({
    generation: first.generation,
    image: { slot: first.slot, prefix: first.prefix },
  });
  expect(trial?.left ?? 0).toBeGreaterThanOrEqual(first.triesLeft ?? 0);
  for (const { slot, prefix } of entries) {
    for (const kind of extractedKinds) {
      const file = formatExtractedName({ slot, prefix }, kind);
      expect(await esp.size(`EFI/interlock/${file}`), file).toBeGreaterThan(0);
    }
  }
}

/** Versions that a trial of either loader still leads to while another one runs: the two may not agree before a tidy. */
async function pending({ esp, slots, running }: Host): Promise<number[]> {
  const { entries } = await readBootState(esp);
  const counted = entries.filter(({ triesLeft }) => triesLeft !== null && triesLeft > 0);
  const trial = (await readEnvironment(esp))?.environment?.trial;
  const leading = [...counted.map(({ slot }) => slot), ...(trial?.left ? [trial.image.slot] : [])];
  return leading.filter((slot) => slot !== running.slot).map((slot) => slots[slot].version);
}

/**
 * The one state no order of writes can prevent: a release that cannot boot *and* a power cut inside the firmware's
 * rename that leaves both names. The counter then stands still until somebody deletes one of them.
 */
function withoutTwins(draw: Draw): Draw {
  let first = true;
  return (max) => {
    const drawn = first ? max : draw(max);
    first = false;
    return drawn;
  };
}

/** Runs the work with the power going after some changes, or not at all; true when it got through. */
async function underPower(host: Host, work: () => Promise<void>): Promise<boolean> {
  if (host.cuts > 0 && host.draw(2) === 0) host.esp.cutAfter(1 + host.draw(8));
  try {
    await work();
    host.esp.cutAfter(Number.POSITIVE_INFINITY);
    return true;
  } catch (error) {
    if (!(error instanceof PowerCut)) throw error;
    host.cuts--;
    host.esp.restart(host.draw);
    return false;
  }
}

const runningOf = ({ running }: Host): Running => runningIn(running.slot, running.version);

/** Brings the running release to `good`, through as many power cuts as come. */
async function settle(host: Host, fallback: number): Promise<void> {
  const loader = createLoader(host.esp);
  while (true) {
    const { version, generation } = host.running;
    const through = await underPower(host, async () => {
      await loader.tidy(runningOf(host));
      await expectOneWill(host);
      if (version !== fallback) await loader.markGood(generation);
      // an agent that knows of the flip takes it back; one that lost its memory leaves it for the next boot
      else if (host.draw(1) === 0) await loader.unflip('any');
      await expectOneWill(host);
    });
    const waiting = version === fallback ? await pending(host) : [];
    if (through) {
      host.allowed = new Set([version, ...waiting, ...(version === fallback ? host.vouched : [])]);
      return;
    }
    if (version !== fallback) host.vouched = [version];
    const mayFallBack =
      version === fallback ? [...waiting, ...host.vouched] : host.running.lastTry ? [fallback] : [];
    host.allowed = new Set([version, ...mayFallBack]);
    await boot(host, fallback);
  }
}

/** Writes a release into the other slot and flips; any cut on the way starts again after a boot. */
async function update(host: Host, version: number, good: boolean): Promise<void> {
  const loader = createLoader(host.esp);
  const from = host.running.version;
  if (!good) host.bad.add(version);
  const slot = otherSlot(host.running.slot);
  const through = await underPower(host, async () => {
    await loader.tidy(runningOf(host));
    await loader.clear(slot, rootHash(version));
    host.vouched = [];
    host.allowed = new Set([from]);
    host.slots[slot] = { version, whole: false };
    await host.esp.write(imagePath(slot, version), 'half');
    await host.esp.write(imagePath(slot, version), image(version));
    await host.esp.sync('EFI/interlock');
    await loader.extract(slot, rootHash(version));
    host.slots[slot].whole = true;
    host.allowed.add(version);
    const generation = await loader.flip(targetOf(version), runningOf(host));
    expect(await loader.flip(targetOf(version), runningOf(host))).toBe(generation);
    host.allowed = new Set([version]);
    if (host.draw(3) === 0) {
      host.allowed.add(from);
      await loader.unflip(generation);
      host.allowed = new Set([from]);
    }
  });
  if (!through) host.allowed.add(from);
  await boot(host, from);
}

test.each([
  [null, 2500],
  ['UEFI', 200],
  ['BIOS', 500],
  ['either', 700],
] as const)(
  'whatever cuts the power when, the confirmed release boots or the flipped one (disk with GRUB under %s)',
  async (firmware, numRuns) => {
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (generate) => {
        const host = firstInstall((max) => generate(fc.nat, { max }), firmware);
        let version = 1;
        const rounds = 1 + host.draw(3);
        for (let round = 0; round < rounds; round++) {
          const from = host.running.version;
          await settle(host, from);
          const held = host.slots[otherSlot(host.running.slot)].version;
          const again = held > 0 && !host.bad.has(held) && host.draw(1) === 1;
          if (!again) version++;
          await update(host, again ? held : version, again || host.draw(2) !== 0);
          await settle(host, from);
          const { entries, extracted } = await readBootState(host.esp);
          const numbers = entries.map((entry) => entry.generation);
          expect(new Set(numbers).size, 'two files of one generation').toBe(numbers.length);
          expect(
            (await host.esp.list('EFI/interlock')).filter((file) => file.endsWith('.efi')).length,
          ).toBeLessThan(3);
          expect(extracted.length).toBeLessThan(7);
        }
        await boot(host, host.running.version);
      }),
      { numRuns },
    );
  },
  300_000,
);
