import { beforeEach, describe, expect, test } from 'vitest';
import { createLoader } from '../../../agent/loader/loader.ts';
import type { SlotName } from '../../../agent/ports/host.ts';
import { grubOnce } from '../../support/host/grub.ts';
import { createPowerCutEsp, PowerCut, type PowerCutEsp } from '../../support/host/power-cut-esp.ts';
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

const running = runningIn('a', 1);
/** What becomes of what was not flushed. */
const ends = { lost: () => 0, kept: () => 1 };
let esp: PowerCutEsp;

beforeEach(async () => {
  esp = createPowerCutEsp({ ...firstFiles(), ...grubFiles() });
  const loader = createLoader(esp);
  await loader.tidy(running);
  await esp.write(imagePath('b', 2), image(2));
  await esp.sync('EFI/interlock');
  await loader.extract('b', rootHash(2));
});

/** The slots that UEFI and a BIOS boot from what is there. */
async function slotsOf(from: PowerCutEsp): Promise<string> {
  return `${await bootBy('uefi', from.copy())}${await bootBy('bios', from.copy())}`;
}

async function bootBy(firmware: 'uefi' | 'bios', from: PowerCutEsp): Promise<SlotName> {
  const booted =
    firmware === 'uefi' ? (await bootOnce(from, from.rename))?.entry : (await grubOnce(from))?.image;
  return booted!.slot;
}

/**
 * Cuts the power behind the first, the second … change of a verb; gives what both boot after each cut and at the end,
 * each answer once. Whichever boots first, its agent makes both agree.
 */
async function cutEverywhere(verb: () => Promise<unknown>, end: keyof typeof ends): Promise<string[]> {
  const before = esp.copy();
  const seen = [await slotsOf(before)];
  for (let changes = 1; ; changes++) {
    esp = before.copy();
    esp.cutAfter(changes);
    try {
      await verb();
      seen.push(await slotsOf(esp));
      return seen.filter((one, index) => one !== seen[index - 1]);
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
    }
    esp.restart(ends[end]);
    seen.push(await slotsOf(esp));
    for (const firmware of ['uefi', 'bios'] as const) {
      const after = esp.copy();
      const slot = await bootBy(firmware, after);
      await createLoader(after).tidy(runningIn(slot, slot === 'a' ? 1 : 2));
      expect(['aa', 'bb'], `by ${firmware} after change ${changes}`).toContain(await slotsOf(after));
    }
  }
}

const loader = () => createLoader(esp);

describe.each(['lost', 'kept'] as const)('with what was not flushed %s, a cut anywhere', (end) => {
  test('in a flip: systemd-boot goes first, GRUB follows', async () => {
    const seen = await cutEverywhere(() => loader().flip(targetOf(2), running), end);
    expect(seen).toEqual(['aa', 'ba', 'bb']);
  });

  test.each([
    ['a flip that is taken back', () => loader().unflip(2)],
    ['a bad release', () => loader().markBad(2)],
    ['a slot that is cleared', () => loader().clear('b', rootHash(3))],
  ])('in %s: GRUB goes first, systemd-boot follows', async (_, verb) => {
    await loader().flip(targetOf(2), running);
    expect(await cutEverywhere(verb, end)).toEqual(['bb', 'ba', 'aa']);
  });

  test('in marking good: both stay with it', async () => {
    await loader().flip(targetOf(2), running);
    await bootBy('bios', esp);
    await loader().tidy(runningIn('b', 2));
    expect(await cutEverywhere(() => loader().markGood(2), end)).toEqual(['bb']);
  });
});
