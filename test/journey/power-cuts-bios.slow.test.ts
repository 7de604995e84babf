import { test } from 'vitest';
import { cutPower, limitMs, seed } from './cut-power.ts';
import { firstBiosMoments, secondBiosMoments } from './power-cut-moments.ts';

test(
  `11 power cuts by bios: always up on a verified slot, and the lock comes free (seed ${seed})`,
  () =>
    cutPower({
      name: 'power-cuts-bios',
      firmware: 'bios',
      first: firstBiosMoments,
      second: secondBiosMoments,
      count: 11,
    }),
  limitMs,
);
