import { execFile } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fullPayload } from '../../../protocol/release.ts';
import { serveBlobs } from '../../support/host/blob-server.ts';
import { createHost } from '../../support/host/create-host.ts';
import { makeHostRelease } from '../../support/host/make-release.ts';

const mebibyte = 1 << 20;
const writer = fileURLToPath(new URL('./write-once.ts', import.meta.url));
let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'memory-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

test('writing a 256 MiB image needs no more memory than writing a 32 MiB one, and some', async () => {
  const peaks: number[] = [];
  for (const size of [32, 256]) {
    const at = (name: string) => join(dir, `${name}-${size}`);
    await makeHostRelease(at('old'), '1.0');
    const ballast = randomFillSync(Buffer.alloc(size * mebibyte));
    const next = await makeHostRelease(at('next'), '2.0', { ballast });
    const sizes = { root: 272 * mebibyte, verity: 4 * mebibyte };
    await createHost({ dir: at('host'), release: at('old'), config: {}, sizes });
    const blob = await readFile(join(at('next'), 'payload.full'));
    const server = await serveBlobs(new Map([[fullPayload(next).sha256, blob]]));
    const { stdout } = await promisify(execFile)(process.execPath, [
      writer,
      at('host'),
      at('old'),
      at('next'),
      server.url,
    ]);
    await server.close();
    const { peakKib, seconds } = JSON.parse(stdout) as { peakKib: number; seconds: number };
    console.log(`${size} MiB: peak ${Math.round(peakKib / 1024)} MiB, ${seconds.toFixed(1)} s`);
    peaks.push(peakKib);
    rmSync(at('host'), { recursive: true });
  }
  expect(peaks[1]! - peaks[0]!).toBeLessThan(48 * 1024);
  expect(peaks[1]!).toBeLessThan(256 * 1024);
});
