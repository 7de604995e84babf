import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packInitrd } from '../../../../builder/boot-file/initrd.ts';
import { readMicrocode } from '../../../../builder/boot-file/parts/microcode.ts';
import { moduleFirmware } from '../../../../builder/boot-file/parts/module-firmware.ts';
import { putFile, putSymlink } from '../../../../builder/tree/entries/change.ts';
import type { Tree } from '../../../../builder/tree/entries/entry.ts';

const hasBusybox = spawnSync('busybox', ['true']).status === 0;
const intel = (text: string) => Buffer.concat([Buffer.from([1, 0, 0, 0]), Buffer.from(text)]);
const amd = (text: string) => Buffer.from(`DMA\0${text}`);
const plain = { init: Buffer.from('#!'), programs: new Map(), modules: new Map() };

describe('microcode', () => {
  const tree: Tree = new Map();
  putFile(tree, 'usr/lib/firmware/intel-ucode/06-9e-09', intel('two'));
  putFile(tree, 'usr/lib/firmware/intel-ucode/06-4f-01.initramfs', intel('one'));
  putFile(tree, 'usr/lib/firmware/intel-ucode/README', 'text');
  putFile(tree, 'usr/lib/firmware/amd-ucode/microcode_amd_fam19h.bin', amd('b'));
  putFile(tree, 'usr/lib/firmware/amd-ucode/microcode_amd.bin', amd('a'));
  putFile(tree, 'usr/lib/firmware/amd-ucode/microcode_amd.bin.asc', '-----BEGIN PGP');

  it('is all files of a vendor in order, and no text', async () => {
    expect(await readMicrocode(tree)).toEqual(
      new Map([
        ['AuthenticAMD.bin', Buffer.concat([amd('a'), amd('b')])],
        ['GenuineIntel.bin', Buffer.concat([intel('one'), intel('two')])],
      ]),
    );
    expect(await readMicrocode(new Map())).toEqual(new Map());
  });

  it.skipIf(!hasBusybox)('comes first into the initrd, uncompressed, in an archive of its own', async () => {
    const initrd = packInitrd({ ...plain, microcode: await readMicrocode(tree) });
    const main = packInitrd(plain);
    expect(initrd.subarray(-main.length).equals(main)).toBe(true);
    const early = initrd.subarray(0, initrd.length - main.length);
    expect(early.length % 4).toBe(0);
    const folder = mkdtempSync(join(tmpdir(), 'early-'));
    const listed = execFileSync('busybox', ['cpio', '-id'], { input: early, cwd: folder, stdio: 'pipe' });
    expect(listed.toString()).toBe('');
    expect(readFileSync(join(folder, 'kernel/x86/microcode/GenuineIntel.bin'))).toEqual(
      Buffer.concat([intel('one'), intel('two')]),
    );
    rmSync(folder, { recursive: true });
  });

  it('changes nothing where there is none', () => {
    expect(packInitrd({ ...plain, microcode: new Map() })).toEqual(packInitrd(plain));
  });
});

describe('moduleFirmware', () => {
  const tree: Tree = new Map();
  putFile(tree, 'usr/lib/firmware/isci/isci_firmware.bin', 'blob');
  putSymlink(tree, 'usr/lib/firmware/ql2500_fw.bin', 'qlogic/fw.bin');
  putFile(tree, 'usr/lib/firmware/qlogic/fw.bin', 'fw');
  putFile(tree, 'usr/lib/firmware/unasked.bin', '');
  putFile(tree, 'etc/shadow', '');

  it('is what modules name and the tree has, through links', async () => {
    const modules = [
      Buffer.from('\x7fELF\0license=GPL\0firmware=isci/isci_firmware.bin\0firmware=absent.bin\0'),
      Buffer.from(
        '\0alias=x\0firmware=ql2500_fw.bin\0firmware=../../../etc/shadow\0nofirmware=unasked.bin\0',
      ),
    ];
    expect(await moduleFirmware(tree, modules)).toEqual(
      new Map([
        ['usr/lib/firmware/isci/isci_firmware.bin', Buffer.from('blob')],
        ['usr/lib/firmware/ql2500_fw.bin', Buffer.from('fw')],
      ]),
    );
  });

  it.skipIf(!hasBusybox)('lies where the kernel looks', () => {
    const drivers = new Map([['usr/lib/firmware/a.bin', Buffer.from('a')]]);
    const listed = execFileSync('busybox', ['cpio', '-t'], {
      input: packInitrd({ ...plain, drivers }),
      encoding: 'utf8',
      stdio: 'pipe',
    });
    expect(listed.split('\n')).toEqual(expect.arrayContaining(['lib/firmware', 'usr/lib/firmware/a.bin']));
  });
});
