import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { define } from '../../../../builder/definition/define.ts';
import { checkDefinition } from '../../../../builder/root/check/check-definition.ts';
import { defineWith } from './make-root.ts';

describe('what a definition removes', () => {
  it.each([
    '/usr',
    '/usr/*',
    '/{usr,opt}',
    '/lib',
    '/usr/lib/systemd',
    '/**/systemd',
    '/etc/passwd',
    '/usr/lib/interlock',
  ])('may not be %s', async (glob) => {
    await expect(checkDefinition(defineWith(`remove = ["/usr/share/doc", "${glob}"]`))).rejects.toMatchObject(
      {
        code: 'definition_invalid',
        details: {
          file: 'image.toml',
          line: 4,
          problem: expect.stringContaining(`remove "${glob}" takes /`),
        },
      },
    );
  });

  it('may be the agent’s where there is none', async () => {
    expect(await checkDefinition(defineWith('agent = false\nremove = ["/usr/sbin/fsck.fat"]'))).toEqual([]);
  });

  it('is fine in the images of this house', async () => {
    for (const image of ['images/tiny', 'images/core'])
      expect(await checkDefinition(await define(image))).toEqual([]);
  });
});

describe('what an overlay replaces', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'overlay-'));
    await cp('images/tiny/image.toml', join(dir, 'image.toml'));
  });
  afterEach(() => rm(dir, { recursive: true }));
  const lay = async (...paths: string[]) => {
    for (const path of paths) {
      await mkdir(dirname(join(dir, 'overlay', path)), { recursive: true });
      await writeFile(join(dir, 'overlay', path), 'mine\n');
    }
    return checkDefinition(await define(dir));
  };

  it('may not be a part of Interlock', async () => {
    await expect(
      lay('usr/lib/systemd/system/interlock-agent.service', 'usr/bin/interlock-agent'),
    ).rejects.toThrow(/image\.toml:\d+: overlay replaces \/usr\/(bin|lib).*\n.*overlay replaces \/usr/);
  });

  it('is said where it is a text or a setting', async () => {
    expect(await lay('etc/issue', 'etc/motd')).toEqual([
      'the overlay replaces /etc/issue, which every image has',
    ]);
  });
});
