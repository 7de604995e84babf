import { expect, it } from 'vitest';
import { qemuArgs } from './qemu-args.ts';

const emulated = { accelerator: 'tcg,thread=multi' } as const;
const place = { disk: '/d/disk.raw', folder: '/d' };
const valueAfter = (args: readonly string[], name: string) => args[args.indexOf(name) + 1];

it('makes a PC with its firmware, its watchdog and what a test tells the guest', () => {
  const args = qemuArgs({ arch: 'x86-64', ...place, credentials: { who: 'a,b' }, cmdline: 'x=1' }, emulated);
  expect(valueAfter(args, '-machine')).toBe('q35');
  expect(valueAfter(args, '-cpu')).toBe('max,-svm,-la57,-erms,-fsrm');
  expect(args).toContain('if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd');
  expect(args).toContain('i6300esb');
  expect(args).toContain('type=11,value=io.systemd.stub.kernel-cmdline-extra=x=1');
  expect(args).toContain('type=11,value=io.systemd.credential.binary:who=YSxi');
});

it('makes a board of another architecture with the same disk, network and credentials', () => {
  const options = { ...place, credentials: { who: 'a,b' } };
  const args = qemuArgs({ ...options, arch: 'arm64' }, emulated);
  expect(valueAfter(args, '-machine')).toBe('virt,gic-version=3');
  expect(valueAfter(args, '-cpu')).toBe('cortex-a57');
  expect(valueAfter(qemuArgs({ ...options, arch: 'arm64' }, { accelerator: 'kvm' }), '-cpu')).toBe('host');
  expect(args).toContain('if=pflash,format=raw,readonly=on,file=/usr/share/AAVMF/AAVMF_CODE.fd');
  expect(args).not.toContain('i6300esb');
  const own = /^(q35|virt,|max,|cortex|if=pflash|i6300esb)/;
  const shared = (all: readonly string[]) => all.filter((arg) => !own.test(arg) && arg !== '-device');
  expect(shared(args)).toEqual(shared(qemuArgs({ ...options, arch: 'x86-64' }, emulated)));
});

it('leaves the firmware out for a BIOS, and guards variables where signatures are checked', () => {
  const bios = qemuArgs({ ...place, arch: 'x86-64', firmware: 'bios' }, emulated);
  expect(bios.filter((arg) => arg.includes('pflash'))).toEqual([]);
  const secure = qemuArgs({ ...place, arch: 'x86-64', secureBoot: true }, emulated);
  expect(valueAfter(secure, '-machine')).toBe('q35,smm=on');
  expect(secure).toContain('if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.secboot.fd');
});
