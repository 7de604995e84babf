import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { kernelModules } from '../../../../builder/boot-file/parts/kernel-modules.ts';
import { programFiles } from '../../../../builder/boot-file/parts/program-files.ts';
import { parseDefinition } from '../../../../builder/definition/define.ts';
import { elfNeeds } from '../../../../builder/tree/elf/elf-needs.ts';
import { putFile, putSymlink } from '../../../../builder/tree/entries/change.ts';
import type { Tree } from '../../../../builder/tree/entries/entry.ts';

const toml = `name = "x"
suite = "trixie"
packages = []
kernel = "cloud"
modules = ["vfat"]
[slots]
root = "1 GiB"
verity = "16 MiB"
`;

describe('elfNeeds', () => {
  it.each(['/bin/sh', '/usr/bin/tar', '/usr/bin/apt-get'])('agrees with readelf about %s', async (path) => {
    const text = execFileSync('readelf', ['--dynamic', '--program-headers', '--wide', path], {
      encoding: 'utf8',
    });
    const libraries = [...text.matchAll(/\(NEEDED\).*\[(.*)\]/g)].map(([, name]) => name);
    const interpreter = /program interpreter: (.*)\]/.exec(text)?.[1];
    expect(libraries.length).toBeGreaterThan(0);
    expect(elfNeeds(await readFile(path), path)).toMatchObject({ machine: 62, interpreter, libraries });
  });

  it('refuses what is no program', () => {
    expect(() => elfNeeds(Buffer.from('#!/bin/sh\n'.repeat(20)), 'script')).toThrow(
      /script: is not a 64-bit ELF/,
    );
  });
});

describe('programFiles', () => {
  it('finds a program, its loader and all libraries, through links', async () => {
    const tree: Tree = new Map();
    const listed = execFileSync('ldd', ['/usr/bin/tar'], { encoding: 'utf8' });
    const libraries = [...listed.matchAll(/(\/\S+\.so\S*)/g)].map(([, path]) => path!);
    const loader = libraries.find((path) => path.includes('ld-linux'))!;
    putFile(tree, 'usr/bin/tar', await readFile('/usr/bin/tar'));
    putSymlink(tree, 'lib64', 'usr/lib64');
    putFile(tree, `usr${loader}`, await readFile(loader));
    for (const path of libraries) {
      const name = path.replace(/^.*\//, '');
      putFile(tree, `usr/lib/x86_64-linux-gnu/real-${name}`, await readFile(path));
      putSymlink(tree, `usr/lib/x86_64-linux-gnu/${name}`, `real-${name}`);
    }
    const files = await programFiles(tree, 'usr/bin/tar');
    const names = [...files.keys()].map((path) => path.replace(/^.*\//, ''));
    const expected = ['tar', ...libraries.map((path) => path.replace(/^.*\//, ''))];
    expect(new Set(names)).toEqual(new Set(expected));
    expect([...files.keys()]).toContain(loader.slice(1));
    tree.delete(`usr/lib/x86_64-linux-gnu/real-libc.so.6`);
    await expect(programFiles(tree, 'usr/bin/tar')).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('kernelModules', () => {
  const folder = 'usr/lib/modules/6.1';
  const sample = () => {
    const tree: Tree = new Map();
    const dep = [
      'kernel/fs/fat/vfat.ko: kernel/fs/fat/fat.ko kernel/lib/base.ko',
      'kernel/fs/fat/fat.ko: kernel/lib/base.ko',
      'kernel/lib/base.ko:',
      'kernel/fs/erofs/erofs.ko: kernel/lib/libcrc32c.ko',
      'kernel/lib/libcrc32c.ko:',
      'kernel/crypto/crc32c-intel.ko:',
      'kernel/drivers/md/dm-mod.ko:',
    ];
    putFile(tree, `${folder}/modules.dep`, `${dep.join('\n')}\n`);
    putFile(tree, `${folder}/modules.softdep`, '# comment\nsoftdep libcrc32c pre: crc32c post: other\n');
    putFile(tree, `${folder}/modules.alias`, 'alias crc32c crc32c_intel\nalias pci:v* other\n');
    putFile(tree, `${folder}/modules.builtin`, 'kernel/fs/ext4/ext4.ko\n');
    return tree;
  };

  it('puts every module after those it needs, hard or soft, and each once', async () => {
    const found = await kernelModules(sample(), '6.1', parseDefinition(toml, 'image.toml', '.'));
    expect(found).toMatchObject({ drivers: [], dependencies: '', aliases: '' });
    expect(found.load.map((path) => path.replace(/^.*\//, ''))).toEqual([
      'dm-mod.ko',
      'crc32c-intel.ko',
      'libcrc32c.ko',
      'erofs.ko',
      'base.ko',
      'fat.ko',
      'vfat.ko',
    ]);
    expect(found.load[0]).toBe(`${folder}/kernel/drivers/md/dm-mod.ko`);
  });

  it('leaves drivers of the generic kernel to the devices that ask for them', async () => {
    const tree = sample();
    const dep = [
      'kernel/drivers/scsi/megaraid_sas.ko: kernel/lib/base.ko',
      'kernel/drivers/usb/uas.ko: kernel/drivers/usb/usb-storage.ko kernel/lib/base.ko',
      'kernel/drivers/usb/usb-storage.ko:',
      'kernel/lib/base.ko:',
      'kernel/drivers/md/dm-mod.ko:',
      'kernel/drivers/watchdog/softdog.ko:',
    ];
    const aliases = ['pci:v00001000d00000411sv* megaraid_sas', 'usb:v*ic08isc06ip62in* uas', 'pci:v* other'];
    putFile(tree, `${folder}/modules.dep`, `${dep.join('\n')}\n`);
    putFile(tree, `${folder}/modules.alias`, aliases.map((line) => `alias ${line}\n`).join(''));
    putFile(tree, `${folder}/modules.softdep`, 'softdep uas pre: dm-mod\n');
    const text = toml.replace('"cloud"', '"generic"').replace('"vfat"', '');
    const { load, drivers, ...tables } = await kernelModules(
      tree,
      '6.1',
      parseDefinition(text, 'image.toml', '.'),
    );
    const names = (paths: string[]) => paths.map((path) => path.replace(/^.*\//, ''));
    expect(names(load)).toEqual(['dm-mod.ko']);
    expect(names(drivers)).toEqual(['base.ko', 'megaraid_sas.ko', 'usb-storage.ko', 'uas.ko', 'softdog.ko']);
    expect(tables.aliases).toBe(
      aliases
        .slice(0, 2)
        .map((line) => `alias ${line}\n`)
        .join(''),
    );
    expect(tables.dependencies).toContain('\nkernel/drivers/scsi/megaraid_sas.ko: kernel/lib/base.ko\n');
    expect(tables.dependencies).toContain(
      'uas.ko: kernel/drivers/usb/usb-storage.ko kernel/lib/base.ko kernel/drivers/md/dm-mod.ko\n',
    );
  });

  it('takes built-in modules as given and names the line of unknown ones', async () => {
    const builtin = parseDefinition(toml.replace('"vfat"', '"ext4"'), 'image.toml', '.');
    const { load } = await kernelModules(sample(), '6.1', builtin);
    expect(load.filter((path) => path.includes('ext4'))).toEqual([]);
    expect(load).toHaveLength(7);
    const unknown = parseDefinition(toml.replace('"vfat"', '"no-such"'), 'image.toml', '.');
    await expect(kernelModules(sample(), '6.1', unknown)).rejects.toMatchObject({
      code: 'definition_invalid',
      details: { line: 5 },
    });
  });
});
