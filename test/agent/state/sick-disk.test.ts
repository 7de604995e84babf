import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openEsp } from '../../../agent/loader/esp/esp.ts';
import { openExtent } from '../../../agent/slots/extent.ts';
import { lookAtDisk } from '../../../agent/state/look-at-disk.ts';
import { keepReserve } from '../../../agent/state/reserve.ts';
import { openStore } from '../../../agent/state/store.ts';
import { noteTrouble, readTrouble } from '../../../agent/state/trouble.ts';
import { freshMemory, type Memory } from '../../../agent/state-machine/memory.ts';
import { step } from '../../../agent/state-machine/step.ts';
import { saveCache } from '../../../agent/trust/cache.ts';
import { refusalOf } from '../../../agent/trust/refusal.ts';
import { asInterlockError } from '../../../protocol/errors/interlock-error.ts';

const at = '2026-03-01T12:00:00.000Z';
const memory = freshMemory(at);
const canMount = process.getuid?.() === 0;

describe.runIf(canMount)('a disk of its own', () => {
  let disk: string;

  beforeEach(() => {
    disk = mkdtempSync(join(tmpdir(), 'interlock-sick-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=400k', 'none', disk]);
  });
  afterEach(() => {
    execFileSync('umount', ['-l', disk]);
    rmSync(disk, { recursive: true });
  });

  const fill = () => {
    for (const [name, piece] of [
      ['big', Buffer.alloc(64 * 1024)],
      ['small', Buffer.alloc(4096)],
    ] as const) {
      try {
        for (let at = 0; ; at++) writeFileSync(join(disk, `${name}-${at}`), piece);
      } catch {
        // full
      }
    }
  };
  const setReadOnly = () => execFileSync('mount', ['-o', 'remount,ro', disk]);

  test('a state that has no room leaves the old one, and says which disk', async () => {
    const store = openStore(disk);
    await store.save(memory);
    fill();
    const failure = await store.save({ ...memory, tries: 7 }).catch(asInterlockError);
    expect(failure).toMatchObject({ code: 'disk_full', message: expect.stringContaining(disk) });
    expect((await store.load(new Date())).memory.tries).toBe(0);
    expect((await readdir(disk)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    await rm(join(disk, 'big-0'));
    await store.save({ ...memory, tries: 7 });
    expect((await store.load(new Date())).memory.tries).toBe(7);
  });

  test('with room kept for it the state is saved all the same', async () => {
    const store = openStore(disk);
    await store.save(memory);
    await keepReserve(disk);
    expect(statSync(join(disk, 'reserve')).mode & 0o777).toBe(0o600);
    fill();
    await store.save({ ...memory, tries: 7 });
    fill();
    expect((await store.load(new Date())).memory.tries).toBe(7);
    // there is none again before there is plenty of room
    await keepReserve(disk);
    expect(await readdir(disk)).not.toContain('reserve');
  });

  test.each([
    ['the state', () => openStore(disk).save(memory)],
    ['the trust cache', () => saveCache(disk, {} as Parameters<typeof saveCache>[1])],
    ['the ESP', () => openEsp(disk).write('loader/entries/x.conf', 'title x\n')],
  ])('%s cannot be written on a disk that is read-only, nor on one that is full', async (_, write) => {
    await mkdir(join(disk, 'loader/entries'), { recursive: true });
    fill();
    expect(await write().catch(asInterlockError)).toMatchObject({
      code: 'disk_full',
      message: expect.stringContaining(disk),
    });
    setReadOnly();
    expect(await write().catch(asInterlockError)).toMatchObject({
      code: 'disk_failed',
      message: expect.stringMatching(new RegExp(`EROFS.*${disk}|${disk}.*EROFS`)),
    });
  });

  test('what is wrong with a disk is seen before anything fails on it', async () => {
    expect(await lookAtDisk(disk)).toBeNull();
    fill();
    expect(await lookAtDisk(disk)).toMatchObject({ code: 'space_missing', details: { where: disk } });
    setReadOnly();
    expect(await lookAtDisk(disk)).toMatchObject({ code: 'disk_failed' });
    expect(await lookAtDisk(join(disk, 'not-there'))).toBeNull();
  });

  test('what is known is read from a disk that is read-only', async () => {
    const store = openStore(disk);
    await store.save({ ...memory, tries: 3 });
    setReadOnly();
    expect((await store.load(new Date())).memory.tries).toBe(3);
  });
});

test.each([
  ['a slot that has no room', '/dev/full', (path: string) => write(path), 'disk_full'],
  ['a slot that cannot be read', '/proc/self/mem', (path: string) => read(path), 'disk_failed'],
])('%s is named, and is no defect', async (_, path, work, code) => {
  expect(await work(path).catch(asInterlockError)).toMatchObject({
    code,
    message: expect.stringContaining(path),
  });
});

async function write(path: string): Promise<void> {
  const extent = await openExtent({ path, offset: 0, size: 4096 }, 'write');
  await extent.write(0, Buffer.alloc(512)).finally(extent.close);
}

async function read(path: string): Promise<void> {
  const extent = await openExtent({ path, offset: 0, size: 4096 }, 'read');
  await extent.read(0, 512).finally(extent.close);
}

test.each([
  ['ENOSPC: no space left on device, write', 'disk_full'],
  ["EROFS: read-only file system, open '/x'", 'disk_failed'],
])('what the TUF library makes of %s is taken apart again', (words, code) => {
  const wrapped = new Error(`Failed to persist metadata timestamp.json error: Error: ${words}`);
  const fetcher = { last: { url: 'https://server/v1/tuf/timestamp.json', status: 200 } };
  expect(refusalOf(wrapped, fetcher as Parameters<typeof refusalOf>[1]).code).toBe(code);
});

test('why a run ended before its time is told until one ends well', async () => {
  const run = mkdtempSync(join(tmpdir(), 'interlock-trouble-'));
  const full = Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC', path: '/var/x' });
  await noteTrouble(run, full, new Date(at));
  expect(await readTrouble(run)).toEqual({
    at,
    code: 'disk_full',
    problem: expect.stringContaining('/var/x'),
  });
  await noteTrouble(run, null, new Date(at));
  expect(await readTrouble(run)).toBeNull();
  await writeFile(join(run, 'trouble.json'), 'torn');
  expect(await readTrouble(run)).toBeNull();
  expect(await readFile(join(run, 'trouble.json'), 'utf8')).toBe('torn');
  await rm(run, { recursive: true });
});

describe('an update that a disk stops', () => {
  const goal = { version: '2', rootHash: 'b'.repeat(64), grant: 'grant-0001' };
  const offered = (expires: string): Memory => ({
    ...memory,
    phase: { at: 'offered', plan: { goal, target: goal as never, expires } },
  });
  const failed = (code: string, expires = '2026-03-02T00:00:00Z') =>
    step(offered(expires), { time: at, kind: 'failed', code, problem: 'words', retry: 'later' }).memory;

  test.each(['disk_full', 'disk_failed', 'space_missing'])('%s is tried again, and blames nobody', (code) => {
    const after = failed(code);
    expect(after).toMatchObject({ phase: { at: 'offered' }, problem: { code }, failed: {}, reports: [] });
    expect(after.wait).not.toBeNull();
    const over = failed(code, '2026-03-01T00:00:00Z');
    expect(over).toMatchObject({ phase: { at: 'idle' }, failed: {}, reports: [{ kind: 'cancelled' }] });
  });

  test.each(['payload_mismatch', 'payload_invalid'])(
    '%s is told at once, and may be offered again',
    (code) => {
      const after = failed(code);
      expect(after).toMatchObject({ phase: { at: 'idle' }, problem: { code }, failed: {} });
      expect(after.reports).toMatchObject([{ kind: 'failed', detail: 'words' }]);
    },
  );
});
