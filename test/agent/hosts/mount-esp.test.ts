import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { mountEsp, showEsp, unmountEsp } from '../../../agent/hosts/mount-esp.ts';

let dir: string;
const path = process.env.PATH;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'mount-'));
  mkdirSync(join(dir, 'bin'));
  process.env.PATH = `${join(dir, 'bin')}:${path}`;
  for (const program of ['mount', 'umount']) stand(program, 0);
});
afterEach(() => {
  process.env.PATH = path;
  rmSync(dir, { recursive: true });
});

/** A program on the path that writes down how it was called: mounting itself needs a kernel with vfat. */
function stand(program: string, status: number): void {
  const file = join(dir, 'bin', program);
  writeFileSync(file, `#!/bin/sh\necho "${program} $*" >>${dir}/log\nexit ${status}\n`);
  chmodSync(file, 0o755);
}
const log = () => readFileSync(join(dir, 'log'), 'utf8').trim().split('\n');

test('an unmounted ESP is repaired first; a repair is no failure', async () => {
  stand('findmnt', 1);
  stand('fsck.fat', 1);
  const folder = await mountEsp('/dev/vda1', dir);
  expect(log()).toEqual([
    'findmnt --source /dev/vda1',
    'fsck.fat -a /dev/vda1',
    `mount -t vfat -o rw,umask=0077,nodev,nosuid,noexec /dev/vda1 ${folder}`,
  ]);
  await unmountEsp(folder);
  expect(log().at(-1)).toBe(`umount ${folder}`);
  expect(existsSync(folder)).toBe(false);
});

test('one that is mounted elsewhere is not touched by fsck', async () => {
  stand('findmnt', 0);
  stand('fsck.fat', 0);
  await mountEsp('/dev/vda1', dir);
  expect(log().some((line) => line.startsWith('fsck'))).toBe(false);
});

test('one that cannot be repaired is not mounted', async () => {
  stand('findmnt', 1);
  stand('fsck.fat', 4);
  await expect(mountEsp('/dev/vda1', dir)).rejects.toMatchObject({ code: 'tool_failed' });
  expect(log().some((line) => line.startsWith('mount'))).toBe(false);
});

test('what a killed agent left mounted is let go', async () => {
  stand('findmnt', 1);
  stand('fsck.fat', 0);
  const stale = join(dir, 'esp-4194999');
  mkdirSync(stale);
  await mountEsp('/dev/vda1', dir);
  expect(log()[0]).toBe(`umount ${stale}`);
  expect(existsSync(stale)).toBe(false);
});

test('who only looks neither repairs nor mounts it to be written', async () => {
  stand('findmnt', 1);
  stand('fsck.fat', 0);
  const folder = await showEsp('/dev/vda1', dir);
  expect(log().slice(1)).toEqual([`mount -t vfat -o ro,umask=0077,nodev,nosuid,noexec /dev/vda1 ${folder}`]);
});

test('who only looks is shown what somebody else has mounted', async () => {
  writeFileSync(join(dir, 'bin/findmnt'), '#!/bin/sh\necho /efi\n', { mode: 0o755 });
  const folder = await showEsp('/dev/vda1', dir);
  expect(log()).toEqual([`mount --bind -o ro /efi ${folder}`]);
});
