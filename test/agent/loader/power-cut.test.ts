import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readBootState } from '../../../agent/loader/systemd-boot/boot-state.ts';
import { createLoader } from '../../../agent/loader/systemd-boot/loader.ts';
import type { Running, SlotName } from '../../../agent/ports/host.ts';
import { otherSlot } from '../../../agent/ports/host.ts';
import type { Target } from '../../../agent/ports/trust.ts';
import type { Entry } from '../../../protocol/boot/entry.ts';
import {
  createPowerCutEsp,
  type Draw,
  PowerCut,
  type PowerCutEsp,
} from '../../support/host/power-cut-esp.ts';
import { bootOnce } from '../../support/host/systemd-boot.ts';

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

/** A host reduced to what decides whether it boots: its ESP, and which release each slot holds, whole. */
interface Host {
  esp: PowerCutEsp;
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

const rootHash = (version: number) => hashOf(`root ${version}`);
const image = (version: number) => `kernel image ${version}`;
const imagePath = (slot: SlotName, version: number) =>
  `EFI/interlock/${slot}-${rootHash(version).slice(0, 16)}.efi`;

function firstInstall(draw: Draw): Host {
  const entry = `title core 1\nsort-key interlock\nversion 1\nlinux /${imagePath('a', 1)}\n`;
  const esp = createPowerCutEsp({
    'loader/loader.conf': 'timeout 0\neditor no\nauto-entries no\n',
    'loader/entries/interlock-1.conf': entry,
    [imagePath('a', 1)]: image(1),
  });
  return {
    esp,
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
  for (let attempt = 0; attempt < 12; attempt++) {
    if (host.cuts > 0 && host.draw(5) === 0) host.esp.cutAfter(1);
    let entry: Entry;
    try {
      const booted = await bootOnce(host.esp, host.esp.rename);
      expect(booted, 'nothing boots').toBeDefined();
      entry = booted!.entry;
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
      host.cuts--;
      host.esp.restart(host.bad.size > 0 ? withoutTwins(host.draw) : host.draw);
      host.allowed.add(fallback);
      continue;
    }
    host.esp.restart(host.draw);
    const { version, whole } = host.slots[entry.slot];
    expect(rootHash(version).slice(0, 16)).toBe(entry.prefix);
    expect(whole, `version ${version} in slot ${entry.slot} is half written`).toBe(true);
    expect(host.allowed).toContain(version);
    if (!host.bad.has(version)) {
      const { slot, generation } = entry;
      host.running = { slot, version, generation, lastTry: await isLastTry(host, generation) };
      return;
    }
    host.allowed.add(fallback);
  }
  throw new Error('never came up');
}

/** A torn rename leaves two names, and tidying keeps the one with fewer tries: that one says how many are left. */
async function isLastTry({ esp }: Host, generation: number): Promise<boolean> {
  const { entries } = await readBootState(esp);
  return entries.some((entry) => entry.generation === generation && entry.triesLeft === 0);
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

const runningOf = ({ running }: Host): Running => ({
  bootId: 'boot',
  slot: running.slot,
  rootHash: rootHash(running.version),
  name: 'core',
  version: String(running.version),
  arch: 'x86-64',
});

function targetOf(version: number): Target {
  const release = { name: 'core', boot: { sha256: hashOf(image(version)), size: 1 } };
  return { version: String(version), rootHash: rootHash(version), release } as unknown as Target;
}

/** Brings the running release to `good`, through as many power cuts as come. */
async function settle(host: Host, fallback: number): Promise<void> {
  const loader = createLoader(host.esp);
  while (true) {
    const { version, generation } = host.running;
    const through = await underPower(host, async () => {
      await loader.tidy(runningOf(host));
      if (version !== fallback) await loader.markGood(generation);
    });
    if (through) {
      host.allowed = new Set([version, ...(version === fallback ? host.vouched : [])]);
      return;
    }
    if (version !== fallback) host.vouched = [version];
    const mayFallBack = version === fallback ? host.vouched : host.running.lastTry ? [fallback] : [];
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

test('whatever cuts the power when, the confirmed release boots or the flipped one', async () => {
  await fc.assert(
    fc.asyncProperty(fc.gen(), async (generate) => {
      const host = firstInstall((max) => generate(fc.nat, { max }));
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
        const { entries } = await readBootState(host.esp);
        const numbers = entries.map((entry) => entry.generation);
        expect(new Set(numbers).size, 'two files of one generation').toBe(numbers.length);
        expect(
          (await host.esp.list('EFI/interlock')).filter((file) => file.endsWith('.efi')).length,
        ).toBeLessThan(3);
      }
      await boot(host, host.running.version);
    }),
    { numRuns: 2500 },
  );
});
