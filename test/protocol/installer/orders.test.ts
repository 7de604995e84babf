import { expect, test } from 'vitest';
import { hasSize, parseDiskChoice } from '../../../protocol/installer/disk-choice.ts';
import { ordersOf } from '../../../protocol/installer/orders.ts';

const own = 'quiet interlock.roothash=00 ';

test('orders come from the kernel command line, each by its key', () => {
  const line = `${own}interlock.install.disk=serial:S:1 interlock.install.erase=S:1 interlock.install.order=2026-1 interlock.install.after=poweroff`;
  expect(ordersOf(line)).toEqual({
    orders: { disk: { by: 'serial', serial: 'S:1' }, erase: 'S:1', order: '2026-1', after: 'poweroff' },
    problems: [],
  });
  expect(ordersOf(own)).toEqual({ orders: {}, problems: [] });
});

test('an order to erase needs an id, and a wrong or repeated key is said', () => {
  const problems = (words: string) =>
    ordersOf(
      words
        .split(' ')
        .map((word) => `interlock.install.${word}`)
        .join(' '),
    ).problems.join('; ');
  expect(problems('disk=only erase=/dev/sda')).toContain('needs an order id');
  expect(problems('disk=sda')).toContain('interlock.install.disk: write only, serial:TEXT');
  expect(problems('disks=only')).toContain('is no order; there are disk, erase, order and after');
  expect(problems('disk=only disk=only')).toContain('given twice');
  expect(problems('erase= order=1')).toContain('name one disk');
  expect(problems('order=a/b')).toContain('letters, digits');
  expect(problems('after=now')).toContain('reboot, poweroff, stay');
});

test('a size is compared, and an exact one allows for what vendors round', () => {
  expect(parseDiskChoice('size:>=500 GB')).toEqual({ by: 'size', compare: '>=', bytes: 500e9 });
  expect(parseDiskChoice('size:2TiB')).toEqual({ by: 'size', compare: '=', bytes: 2 ** 41 });
  for (const wrong of ['size:', 'size:big', 'size:0', 'size:5 parsecs', 'path:sda', 'serial:', '']) {
    expect(parseDiskChoice(wrong), wrong).toBeTypeOf('string');
  }
  const about = parseDiskChoice('size:500GB') as Parameters<typeof hasSize>[0];
  expect([490e9, 500_107_862_016, 480e9, 512.2e9].map((bytes) => hasSize(about, bytes))).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
