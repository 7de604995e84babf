import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { packHostFiles } from '../../../builder/disk/host-files.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'host-files-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

it('packs a folder with what its modes mean, whatever the umask was', async () => {
  const put = (name: string, mode: number) => {
    writeFileSync(join(dir, name), name);
    chmodSync(join(dir, name), mode);
  };
  mkdirSync(join(dir, 'health.d'));
  chmodSync(join(dir, 'health.d'), 0o775);
  put('health.d/check', 0o744);
  put('hostname', 0o664);
  put('secret', 0o600);
  symlinkSync('../usr/share/zoneinfo/UTC', join(dir, 'localtime'));
  const archive = await packHostFiles(dir);
  const listed = execFileSync('busybox', ['cpio', '-itv'], { input: archive, stdio: 'pipe' }).toString();
  const facts = listed
    .trim()
    .split('\n')
    .map((line) => `${line.split(/\s+/)[0]} ${line.replace(/^.*\d\d:\d\d:\d\d /, '')}`);
  expect(facts).toEqual([
    'drwxr-xr-x health.d',
    '-rwxr-xr-x health.d/check',
    '-rw-r--r-- hostname',
    'lrwxrwxrwx localtime -> ../usr/share/zoneinfo/UTC',
    '-rw------- secret',
  ]);
  expect(await packHostFiles(dir)).toEqual(archive);
});

it('refuses a folder that is empty or none, and what is no file', async () => {
  await expect(packHostFiles(dir)).rejects.toMatchObject({ code: 'bad_input' });
  await expect(packHostFiles(join(dir, 'absent'))).rejects.toMatchObject({ code: 'not_found' });
  execFileSync('mkfifo', [join(dir, 'pipe')]);
  await expect(packHostFiles(dir)).rejects.toMatchObject({ code: 'bad_input' });
});
