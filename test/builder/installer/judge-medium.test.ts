import { expect, test } from 'vitest';
import { packCpio } from '../../../builder/boot-file/cpio.ts';
import { isoWarnings, requireLive } from '../../../builder/installer/judge-medium.ts';

const drivers = (...initrd: string[]) => ({
  initrd: new Set(initrd),
  root: new Set<string>(),
  hasBios: true,
});
const initrd = (name: string) =>
  packCpio(new Map([[name, { kind: 'file', mode: 0o644, content: Buffer.alloc(0) }]]));

test('a release whose initrd cannot boot live makes no medium', () => {
  const live = initrd('modules.live');
  expect(() => requireLive(live, drivers('loop', 'isofs'), 'iso')).not.toThrow();
  expect(() => requireLive(live, drivers('loop'), 'network')).not.toThrow();
  expect(() => requireLive(live, drivers('loop'), 'iso')).toThrow('its kernel has no isofs');
  expect(() => requireLive(initrd('modules'), drivers('loop', 'isofs'), 'iso')).toThrow(
    'build the release again',
  );
});

test('whoever makes an ISO learns that it is for CDs alone, or for UEFI alone', () => {
  expect(isoWarnings(drivers('usb_storage'))).toEqual([]);
  expect(isoWarnings(drivers('sr_mod')).join()).toContain('no usb_storage');
  expect(isoWarnings({ ...drivers('uas'), hasBios: false }).join()).toContain('UEFI only');
});
