import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isClockSynchronised } from '../../../agent/hosts/clock.ts';

test('a clock counts as right when timesyncd or the kernel says so, and not when nobody can tell', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'interlock-clock-'));
  const { PATH } = process.env;
  try {
    const flag = join(dir, 'synchronized');
    process.env.PATH = dir;
    expect(await isClockSynchronised(flag)).toBe(false);
    for (const [says, expected] of [
      ['no', false],
      ['yes', true],
    ] as const) {
      const script = '#!/bin/sh\n[ "$*" = "show --property=NTPSynchronized --value" ] && echo ';
      await writeFile(join(dir, 'timedatectl'), script + says);
      await chmod(join(dir, 'timedatectl'), 0o755);
      expect(await isClockSynchronised(flag)).toBe(expected);
    }
    await rm(join(dir, 'timedatectl'));
    await writeFile(flag, '');
    expect(await isClockSynchronised(flag)).toBe(true);
  } finally {
    process.env.PATH = PATH;
    await rm(dir, { recursive: true });
  }
});
