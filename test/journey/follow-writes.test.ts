import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packDisk } from '../../builder/disk/pack-disk.ts';
import { makeRelease } from '../builder/support/made-release.ts';
import { openRandom } from '../simulation/fleet/random.ts';
import { findPartition } from '../support/vm/disk-file.ts';
import { type Follower, followWrites, type Partition } from './follow-writes.ts';
import { firstMoments, isDue } from './power-cut-moments.ts';

const mebibyte = 1024 * 1024;
const sizes = { esp: 34 * mebibyte, root: 2 * mebibyte, verity: mebibyte, state: 8 * mebibyte };
let dir: string;
let disk: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'interlock-writes-'));
  disk = join(dir, 'disk');
  await makeRelease(dir, [{ path: 'usr/lib/os-release', type: '0', content: Buffer.from('ID=x\n') }]);
  await packDisk(dir, disk, { sizes });
});
afterAll(() => rm(dir, { recursive: true }));

const bytes = Buffer.alloc(512, 1);
const memory = (at: string) => Buffer.from(`{\n "format": 1,\n "phase": {\n  "at": "${at}"\n }\n}\n`);

async function open() {
  const follower: Follower = await followWrites(disk);
  const to = async (partition: Partition, data: Buffer = bytes) => {
    const offset = partition === 'table' ? 512 : (await findPartition(disk, partition)).offset;
    return follower.see(offset, data);
  };
  follower.boot();
  return { follower, to };
}

test('tells the boot loader from the system, and this boot’s saves from those before', async () => {
  const { follower, to } = await open();
  expect(await to('esp')).toMatchObject({ partition: 'esp', byLoader: true, count: 1, sinceSave: null });
  expect(await to('table')).toMatchObject({ partition: 'table', offset: 512 });
  expect(await to('state', memory('locked'))).toMatchObject({
    saved: 'locked',
    byLoader: false,
    sinceSave: 0,
  });
  expect(await to('esp')).toMatchObject({ byLoader: false, count: 2, sinceSave: 1 });
  const { position } = await to('state');
  follower.boot();
  expect(await to('esp')).toMatchObject({ byLoader: true, count: 1, sinceSave: null, position });
});

test('resting after an update is its end, not its beginning', async () => {
  const { follower, to } = await open();
  const before = await to('state', memory('idle'));
  await to('state', memory('finished'));
  const after = await to('state', memory('idle'));
  expect(after.position).toBeGreaterThan(before.position);
  follower.start();
  expect((await to('state')).position).toBe(before.position);
});

test('every moment comes, at the latest when the agent is past it', async () => {
  for (const moment of firstMoments(openRandom(1), { root: mebibyte, boot: mebibyte })) {
    const { to } = await open();
    expect(isDue(moment, await to('root-a')), moment.what).toBe(false);
    const isPast = isDue(moment, await to('state', memory('finished')));
    expect(isPast, moment.what).toBe(true);
  }
});
