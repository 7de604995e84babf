import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pathFilters } from '../../../../builder/tree/install/path-filters.ts';

const files = [
  'usr/share/man/man1/java.1',
  'usr/share/man/man8/tool.8',
  'usr/share/man/de/man1/java.1',
  'usr/share/doc/java/copyright',
  'usr/share/doc/java/changelog',
  'usr/share/info/java.info',
  'usr/share/lintian/overrides/java',
  'usr/share/locale/locale.alias',
  'usr/share/locale/de/LC_MESSAGES/java.mo',
  'usr/share/locale/de_DE/LC_MESSAGES/java.mo',
  'usr/share/locale/de_AT/LC_MESSAGES/java.mo',
  'usr/share/locale/den/LC_MESSAGES/java.mo',
  'usr/share/locale/ca@valencia/LC_MESSAGES/java.mo',
];
let work: string;
let deb: string;
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'filters-'));
  const source = join(work, 'java');
  const put = (path: string, text: string) => {
    mkdirSync(dirname(join(source, path)), { recursive: true });
    writeFileSync(join(source, path), text);
  };
  put('DEBIAN/control', 'Package: java\nVersion: 1\nArchitecture: all\nMaintainer: T\nDescription: t\n');
  for (const file of files) put(file, 'text\n');
  symlinkSync('java.1', join(source, 'usr/share/man/man1/link.1'));
  deb = join(work, 'java.deb');
  execFileSync('dpkg-deb', ['-Znone', '--root-owner-group', '--build', source, deb], { stdio: 'ignore' });
});
afterAll(() => rmSync(work, { recursive: true }));

/** What dpkg itself unpacks, sorted: files, and folders of manual pages that hold nothing. */
function unpack(definition: Parameters<typeof pathFilters>[0]): string[] {
  const root = mkdtempSync(join(work, 'root-'));
  const { excluded, included } = pathFilters(definition);
  mkdirSync(join(root, 'var/lib/dpkg/updates'), { recursive: true });
  mkdirSync(join(root, 'var/lib/dpkg/info'), { recursive: true });
  for (const file of ['status', 'available']) writeFileSync(join(root, 'var/lib/dpkg', file), '');
  const filters = [
    ...excluded.map((glob) => `--path-exclude=${glob}`),
    ...included.map((glob) => `--path-include=${glob}`),
  ];
  const args = [
    `--root=${root}`,
    '--force-not-root',
    '--force-script-chrootless',
    ...filters,
    '--unpack',
    deb,
  ];
  execFileSync('dpkg', args, { stdio: 'ignore' });
  const found = execFileSync('find', ['usr', '(', '-type', 'f', '-o', '-type', 'l', '-o', '-empty', ')'], {
    cwd: root,
    encoding: 'utf8',
  });
  return found
    .trim()
    .split('\n')
    .filter((path) => /\.|copyright|changelog|man\d$/.test(path))
    .sort();
}

it('leaves licences and empty folders for manual pages', () => {
  expect(unpack({ documentation: false, locales: [] })).toEqual([
    'usr/share/doc/java/copyright',
    'usr/share/locale/locale.alias',
    'usr/share/man/man1',
    'usr/share/man/man8',
  ]);
});

it('leaves documentation when the definition asks for it', () => {
  expect(unpack({ documentation: true, locales: [] })).toEqual(
    [...files.filter((file) => !/lintian|locale\/[dc]/.test(file)), 'usr/share/man/man1/link.1'].sort(),
  );
});

it('leaves the translations of the locales', () => {
  const found = unpack({ documentation: false, locales: ['de_DE.UTF-8', 'ca_ES.UTF-8@valencia'] });
  expect(found.filter((file) => file.endsWith('.mo'))).toEqual([
    'usr/share/locale/ca@valencia/LC_MESSAGES/java.mo',
    'usr/share/locale/de/LC_MESSAGES/java.mo',
    'usr/share/locale/de_DE/LC_MESSAGES/java.mo',
  ]);
});
