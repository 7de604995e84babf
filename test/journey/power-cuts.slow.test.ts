import { test } from 'vitest';
import { cutPower, limitMs, seed } from './cut-power.ts';
import { firstMoments, secondMoments } from './power-cut-moments.ts';

test(
  `20 power cuts by uefi: always up on a verified slot, and the lock comes free (seed ${seed})`,
  () =>
    cutPower({ name: 'power-cuts', firmware: 'uefi', first: firstMoments, second: secondMoments, count: 20 }),
  limitMs,
);
