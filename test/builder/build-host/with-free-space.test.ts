import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { withFreeSpace } from '../../../builder/build-host/with-free-space.ts';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';

const folder = tmpdir();
const more = 2 ** 60;
const full = () => Promise.reject(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', path: '/x/file' }));
const tool = (output: string) => () =>
  Promise.reject(new InterlockError('tool_failed', { tool: 'dpkg', status: 2, output }));

it('gives what the work gives, whatever the estimate', async () => {
  expect(await withFreeSpace([{ folder, needed: more }], async () => 'done')).toBe('done');
});

it.each([
  ['our own hand', full],
  ['a program', tool('dpkg: error: failed to write (No space left on device)')],
  ['a program with a quota', tool('tar: x: Cannot write: Disk quota exceeded')],
])('names the folder that %s filled, and what it takes', async (_whose, work) => {
  const { bavail, bsize } = await statfs(folder);
  const rooms = [
    { folder: '/', needed: 1 },
    { folder, needed: more },
  ];
  const error = await withFreeSpace(rooms, work).catch((thrown) => thrown);
  expect(error).toMatchObject({ code: 'space_missing', details: { where: folder, needed: more } });
  expect(error.details.free).toBeGreaterThan((bavail * bsize) / 2);
});

it('names what was being written when the estimate was too low', async () => {
  const rooms = [{ folder, needed: 1 }];
  await expect(withFreeSpace(rooms, full)).rejects.toMatchObject({
    code: 'disk_full',
    details: { where: '/x/file' },
  });
  await expect(withFreeSpace(rooms, tool('No space left on device'))).rejects.toMatchObject({
    code: 'disk_full',
    details: { where: folder },
  });
});

it('leaves other failures alone', async () => {
  await expect(withFreeSpace([{ folder, needed: more }], tool('broken'))).rejects.toMatchObject({
    code: 'tool_failed',
  });
});
