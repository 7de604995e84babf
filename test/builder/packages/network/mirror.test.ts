import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseUris } from '../../../../builder/packages/archive/parse-uris.ts';
import { findMirror, mirrorAddresses, parseSources } from '../../../../builder/packages/network/mirror.ts';

const deb822 = `Types: deb
# URIs: http://old.invalid/debian
URIs: http://mirror.invalid/debian/
Suites: bookworm bookworm-updates
Components: main contrib

Types: deb
URIs: http://mirror.invalid/debian-security
Suites: bookworm-security
Components: main

Types: deb-src
URIs: http://sources.invalid/debian
Suites: bookworm
Components: main

Enabled: no
Types: deb
URIs: http://disabled.invalid/debian
Suites: bookworm
Components: main
`;

describe('findMirror', () => {
  let etc: string;
  beforeEach(async () => {
    etc = await mkdtemp(join(tmpdir(), 'mirror-'));
    await mkdir(join(etc, 'apt/sources.list.d'), { recursive: true });
    await writeFile(join(etc, 'os-release'), 'ID=debian\nVERSION_CODENAME=bookworm\n');
  });
  afterEach(() => rm(etc, { recursive: true }));

  it('takes the archive and the security archive of this machine', async () => {
    await writeFile(join(etc, 'apt/sources.list.d/debian.sources'), deb822);
    expect(await findMirror({}, etc)).toEqual({
      main: 'http://mirror.invalid/debian',
      security: 'http://mirror.invalid/debian-security',
    });
  });

  it('reads one-line sources, and only those of this release', async () => {
    const lines = [
      '# deb http://comment.invalid/debian bookworm main',
      'deb [signed-by=/k.gpg] https://tools.invalid/apt stable main',
      'deb [arch=amd64 trusted=yes] http://mirror.invalid/debian bookworm main # comment',
    ];
    await writeFile(join(etc, 'apt/sources.list'), lines.join('\n'));
    expect(await findMirror({}, etc)).toEqual({ main: 'http://mirror.invalid/debian', security: null });
  });

  it('prefers INTERLOCK_MIRROR', async () => {
    await writeFile(join(etc, 'apt/sources.list.d/debian.sources'), deb822);
    const { main } = await findMirror({ INTERLOCK_MIRROR: 'http://near.invalid/debian/' }, etc);
    expect(main).toBe('http://near.invalid/debian');
  });

  it('finds the mirror of a machine of another release, and its security archive', async () => {
    await writeFile(join(etc, 'os-release'), 'VERSION_CODENAME=forky\n');
    await writeFile(join(etc, 'apt/sources.list.d/debian.sources'), deb822);
    expect(await findMirror({}, etc)).toEqual({
      main: 'http://mirror.invalid/debian',
      security: 'http://mirror.invalid/debian-security',
    });
  });

  it('takes the login out of an address', async () => {
    const INTERLOCK_MIRROR = 'https://me:pass%40word@near.invalid/debian/';
    expect(await findMirror({ INTERLOCK_MIRROR }, etc)).toMatchObject({
      main: 'https://near.invalid/debian',
    });
    expect(await mirrorAddresses({ INTERLOCK_MIRROR }, etc)).toEqual([INTERLOCK_MIRROR]);
  });

  it('refuses a mirror that is no web address, without its login', async () => {
    await expect(findMirror({ INTERLOCK_MIRROR: 'ftp://me:secret@near.invalid' }, etc)).rejects.toMatchObject(
      {
        code: 'mirror_failed',
        details: { problem: 'INTERLOCK_MIRROR is ftp://near.invalid, not an http:// or https:// address' },
      },
    );
  });

  it('says so when the machine has none', async () => {
    await expect(findMirror({}, etc)).rejects.toMatchObject({ code: 'mirror_failed' });
  });
});

describe('parseSources', () => {
  it('leaves out sources that are no web address', () => {
    expect(parseSources('deb file:/srv/debian bookworm main\ndeb cdrom:[x]/ bookworm main', 'list')).toEqual(
      [],
    );
  });
});

describe('parseUris', () => {
  const mirror = { main: 'http://mirror.invalid/debian', security: 'http://mirror.invalid/debian-security' };
  const origins = [{ base: `${mirror.main}/` }, { base: `${mirror.security}/` }];
  const hash = 'b'.repeat(64);

  it('finds name, version with epoch, and the place in the pool', () => {
    const uri = `${mirror.main}/pool/main/g/glibc/libc6_2.41-12%2bdeb13u4_amd64.deb`;
    const line = `'${uri}' libc6_1%3a2.41-12+deb13u4_amd64.deb 2846580 SHA256:${hash}\n`;
    expect(parseUris(line, origins)).toEqual([
      {
        name: 'libc6',
        version: '1:2.41-12+deb13u4',
        arch: 'amd64',
        path: 'pool/main/g/glibc/libc6_2.41-12+deb13u4_amd64.deb',
        size: 2846580,
        sha256: hash,
      },
    ]);
  });

  it('refuses an address of no mirror', () => {
    const line = `'http://evil.invalid/x.deb' x_1_all.deb 1 SHA256:${hash}`;
    expect(() => parseUris(line, origins)).toThrow(/evil/);
  });
});
