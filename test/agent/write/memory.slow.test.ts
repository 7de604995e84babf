import { execFile } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fullPayload, type Release } from '../../../protocol/documents/release.ts';
import { serveBlobs } from '../../support/host/blob-server.ts';
import { createHost } from '../../support/host/create-host.ts';
import { makeLargeRelease } from '../../support/host/make-large.ts';
import { makeHostRelease } from '../../support/host/make-release.ts';
import { writeProgram } from '../../support/write-program.ts';

const mebibyte = 1 << 20;
let dir: string;
let launcher: string;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'memory-'));
  launcher = await makeLauncher();
});
afterAll(() => rmSync(dir, { recursive: true }));

/** Bundled and started as on a host: stripping types, and other pools, would need memory of their own. */
async function makeLauncher(): Promise<string> {
  const program = await writeProgram(dir, 'test/agent/write/write-once.ts');
  const shipped = await readFile(
    new URL('../../../agent/dist/usr/bin/interlock-agent', import.meta.url),
    'utf8',
  );
  const own = shipped
    .replace('/usr/lib/interlock/node', process.execPath)
    .replace('/usr/lib/interlock/agent.js', program);
  expect(own).not.toContain('/usr/lib/interlock');
  const file = join(dir, 'launcher');
  await writeFile(file, own, { mode: 0o755 });
  return file;
}

test('writing a 256 MiB image needs no more memory than writing a 32 MiB one, and some', async () => {
  const peaks: number[] = [];
  for (const size of [32, 256]) {
    const at = (name: string) => join(dir, `${name}-${size}`);
    await makeHostRelease(at('old'), '1.0');
    const ballast = randomFillSync(Buffer.alloc(size * mebibyte));
    const next = await makeHostRelease(at('next'), '2.0', { ballast });
    const sizes = { root: 272 * mebibyte, verity: 4 * mebibyte };
    await createHost({ dir: at('host'), release: at('old'), config: {}, sizes });
    const { peakKib, seconds } = await writeOnce(at, next);
    console.log(`${size} MiB: peak ${Math.round(peakKib / 1024)} MiB, ${seconds.toFixed(1)} s`);
    peaks.push(peakKib);
  }
  expect(peaks[1]! - peaks[0]!).toBeLessThan(32 * 1024);
  expect(peaks[1]!).toBeLessThan(128 * 1024);
});

test('a 4 GiB image into slots of its own size stays within 128 MiB', async () => {
  const at = (name: string) => join(dir, `large-${name}`);
  await makeHostRelease(at('old'), '1.0');
  const next = await makeLargeRelease(at('next'), { mebibytes: 4096, dataEach: 96 * 1024 });
  const sizes = { root: next.root.size, verity: next.root.verity.size };
  await createHost({ dir: at('host'), release: at('old'), config: {}, sizes });
  const { peakKib, seconds } = await writeOnce(at, next);
  console.log(`4 GiB: peak ${Math.round(peakKib / 1024)} MiB, ${seconds.toFixed(1)} s`);
  expect(next.payloads[0]!.size).toBeGreaterThan(384 * mebibyte);
  expect(peakKib).toBeLessThan(128 * 1024);
});

/** Writes the release of `next` into the other slot of `host`; the process reports on itself. */
async function writeOnce(
  at: (name: string) => string,
  next: Release,
): Promise<{ peakKib: number; seconds: number }> {
  const blob = await readFile(join(at('next'), 'payload.full'));
  const server = await serveBlobs(new Map([[fullPayload(next).sha256, blob]]));
  try {
    const words = [at('host'), at('old'), at('next'), server.url];
    return JSON.parse((await promisify(execFile)(launcher, words)).stdout);
  } finally {
    await server.close();
    rmSync(at('host'), { recursive: true });
  }
}
