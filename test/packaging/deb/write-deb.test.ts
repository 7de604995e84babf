import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { type Entry, textFile } from '../../../packaging/deb/entry.ts';
import { encodeDeb, type Package } from '../../../packaging/deb/write-deb.ts';

const work = mkdtempSync(join(tmpdir(), 'interlock-deb-'));
afterAll(() => rmSync(work, { recursive: true }));

const small: Package = {
  control: {
    Package: 'small',
    Version: '1-1',
    Architecture: 'amd64',
    Maintainer: 'A Person <person@example.org>',
    Description: 'nothing\nIn two lines.\n.\nAnd a paragraph.',
  },
  entries: new Map<string, Entry>([
    ['usr/bin/small', textFile('#!/bin/sh\n', 0o755)],
    ['etc/small.conf', textFile('a = 1\n')],
    ['usr/lib/small', { kind: 'link', target: '../bin/small' }],
  ]),
  scripts: { postinst: '#!/bin/sh\nset -e\n' },
  conffiles: ['etc/small.conf'],
};
const file = join(work, 'small.deb');
writeFileSync(file, await encodeDeb(small, { epoch: 1_700_000_000, level: 9 }));
const dpkg = (...args: string[]) =>
  execFileSync('dpkg-deb', args, { encoding: 'utf8', env: { ...process.env, TZ: 'UTC' } });

it('writes what dpkg reads: fields, scripts, and which files are the administrator’s', () => {
  expect(dpkg('--field', file, 'Version', 'Installed-Size', 'Description')).toBe(
    'Version: 1-1\nInstalled-Size: 5\nDescription: nothing\n In two lines.\n .\n And a paragraph.\n',
  );
  dpkg('--control', file, join(work, 'control'));
  const control = (name: string) => readFileSync(join(work, 'control', name), 'utf8');
  expect(control('conffiles')).toBe('/etc/small.conf\n');
  expect(control('postinst')).toBe('#!/bin/sh\nset -e\n');
  expect(control('md5sums')).toMatch(/^[0-9a-f]{32} {2}usr\/bin\/small\n$/);
});

it('gives every file to root, with its mode and the time that was asked for', () => {
  const lines = dpkg('--contents', file)
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/ +/g, ' '));
  expect(lines).toEqual([
    'drwxr-xr-x root/root 0 2023-11-14 22:13 ./',
    'drwxr-xr-x root/root 0 2023-11-14 22:13 ./etc/',
    '-rw-r--r-- root/root 6 2023-11-14 22:13 ./etc/small.conf',
    'drwxr-xr-x root/root 0 2023-11-14 22:13 ./usr/',
    'drwxr-xr-x root/root 0 2023-11-14 22:13 ./usr/bin/',
    '-rwxr-xr-x root/root 10 2023-11-14 22:13 ./usr/bin/small',
    'drwxr-xr-x root/root 0 2023-11-14 22:13 ./usr/lib/',
    'lrwxrwxrwx root/root 0 2023-11-14 22:13 ./usr/lib/small -> ../bin/small',
  ]);
});

it('writes the same bytes for the same entries, in whatever order they come', async () => {
  const turned = { ...small, entries: new Map([...small.entries].toReversed()) };
  expect(await encodeDeb(turned, { epoch: 1_700_000_000, level: 9 })).toEqual(readFileSync(file));
});
