import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { bootFactsFile, trialFile } from '../../../protocol/boot/boot-facts.ts';
import { hostFilesPath, signaturePath } from '../../../protocol/boot/esp.ts';
import { imageEtcFolder, ownEtcFolder, runFolder } from '../../../protocol/boot/host-layout.ts';
import {
  bootParameters,
  grubParameters,
  rootHashParameter,
  verityDevice,
} from '../../../protocol/boot/kernel-parameters.ts';
import { partitionNames, slotPartitions, slotTypes } from '../../../protocol/boot/partitions.ts';
import { liveParameter } from '../../../protocol/installer/medium.ts';

const part = (name: string) =>
  readFileSync(new URL(`../../../builder/boot-file/init/${name}.sh`, import.meta.url), 'utf8');
const script = ['main', 'facts', 'state', 'machine'].map(part).join('\n');

/** A GUID as GPT stores it: the first three fields have their lowest byte first. */
const stored = (guid: string) =>
  guid
    .split('-')
    .map((field, index) => (index < 3 ? field.match(/../g)!.toReversed().join('') : field))
    .join('');

test('the initrd’s script, which imports nothing, names partitions as the contract does', () => {
  expect(script).toContain(
    `verity_types='${stored(slotTypes['x86-64'].verity)} ${stored(slotTypes.arm64.verity)}'`,
  );
  const { root, verity } = slotPartitions('a');
  expect(script).toContain(`"${root.replace(/a$/, '$slot')}"`);
  expect(script).toContain(`slot#${verity.replace(/a$/, '')}`);
  for (const name of ['state', 'esp'] as const) {
    expect(partitionNames).toContain(name);
    expect(script).toContain(`sibling "$data" ${name})`);
  }
});

test('it reads the parameters that a release’s command line has', () => {
  const read = [...script.matchAll(/parameter (interlock\.\w+)/g)].map(([, name]) => name);
  const own = [rootHashParameter, 'interlock.watchdog'];
  expect([...new Set(read)]).toEqual([...own, liveParameter, ...Object.values(grubParameters)]);
  expect(bootParameters('0').map((word) => word.split('=')[0])).toEqual(expect.arrayContaining(own));
  expect(script).toContain(`dmsetup create ${verityDevice} `);
});

test('it uses the contract’s folders and files', () => {
  expect(script).toContain(`archive=/run/esp/${hostFilesPath}\n`);
  expect(signaturePath).toBe(`${hostFilesPath}.sig`);
  expect(`${script.match(/own=\/sysroot(\S+)/)?.[1]}/upper`).toBe(ownEtcFolder);
  expect(script).toContain(`mount --bind /sysroot/etc ${imageEtcFolder}\n`);
  expect(script).toContain(`>${runFolder}/grow`);
  expect(script).toContain(`} >${bootFactsFile}\n`);
  expect(script).toContain(`echo >${trialFile}\n`);
});
