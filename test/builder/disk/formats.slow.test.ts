import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { convert } from '../../../builder/disk/formats/convert.ts';
import { makeScattered } from './make-scattered.ts';

const mebibyte = 1024 * 1024;
const about = { name: 'made', version: '1.0', arch: 'x86-64', time: 1_700_000_000 } as const;

test('beyond the first table of qcow2 and the first chunk of VHDX lie the bytes of the raw disk', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'formats-'));
  try {
    const raw = join(dir, 'large.raw');
    const places = [511, 512, 513, 4095, 4096, 4097].map((mebibytes) => ({
      at: mebibytes * mebibyte - 2500,
      length: 5000,
    }));
    await makeScattered(raw, 4100 * mebibyte, places);
    for (const format of ['qcow2', 'vhdx'] as const) {
      const out = join(dir, format);
      await convert(raw, out, format, about);
      const compared = execFileSync('qemu-img', ['compare', '-f', 'raw', '-F', format, raw, out]);
      expect(compared.toString()).toBe('Images are identical.\n');
      expect(execFileSync('qemu-img', ['check', out]).toString()).toContain('No errors were found');
    }
  } finally {
    rmSync(dir, { recursive: true });
  }
});
