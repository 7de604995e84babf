import { expect, test } from 'vitest';
import { chooseDisk } from '../../../agent/installer/choose-disk.ts';
import type { SeenDisk } from '../../../agent/installer/disk.ts';
import type { Content } from '../../../agent/installer/look-at-disk.ts';
import { ordersOf } from '../../../protocol/installer/orders.ts';

const gib = 2 ** 30;
const rootHash = 'ab'.repeat(32);
const medium = {
  release: { name: 'tiny', version: '1', arch: 'x86-64' as const, rootHash },
  disk: { size: 5 * gib, sectorSize: 512 },
};
const record = (order: string, of = rootHash) => ({ kind: 'installed' as const, rootHash: of, order });

function disk(path: string, change: Partial<SeenDisk> = {}): SeenDisk {
  const facts = { isRemovable: false, isReadOnly: false, isMedium: false, sectorSize: 512 };
  return { path, size: 8 * gib, serial: `S-${path.slice(5)}`, content: { is: 'empty' }, ...facts, ...change };
}

function choose(words: string, ...disks: SeenDisk[]): string {
  const line = words.split(' ').map((word) => `interlock.install.${word}`);
  const { orders, problems } = ordersOf(words ? line.join(' ') : '');
  expect(problems).toEqual([]);
  const choice = chooseDisk(orders, disks, medium, (name, one) => [one.path, one.serial].includes(name));
  if (choice.to === 'ask') return 'ask';
  if (choice.to === 'refuse') return choice.problem;
  if (choice.to === 'boot') return `boot ${choice.disk.path}: ${choice.because}`;
  return `${choice.erases ? 'erase' : 'install'} ${choice.disk.path}`;
}

test('the only disk is the one that is left without the medium, removable, small and read-only ones', () => {
  const others = [
    disk('/dev/sda', { isMedium: true }),
    disk('/dev/sdb', { isRemovable: true }),
    disk('/dev/sdc', { size: gib }),
    disk('/dev/sdd', { isReadOnly: true }),
    disk('/dev/sde', { sectorSize: 4096 }),
  ];
  expect(choose('disk=only', ...others, disk('/dev/vda'))).toBe('install /dev/vda');
  const two = choose(
    'disk=only',
    disk('/dev/vda'),
    disk('/dev/vdb', { content: { is: 'used', what: 'XFS' } }),
  );
  expect(two).toContain('/dev/vda (8.00 GiB, serial S-vda) and /dev/vdb');
  const none = choose('disk=only', ...others);
  for (const reason of [
    'is the medium itself',
    'is removable',
    'is too small: 1.00 GiB of 5.00',
    'read-only',
    '4096',
  ]) {
    expect(none).toContain(reason);
  }
  expect(choose('disk=only')).toBe('there is no disk');
  expect(choose('', disk('/dev/vda'))).toBe('ask');
});

test('a disk is meant by path, serial number or size; a name reaches removable disks too', () => {
  const all = [disk('/dev/sda', { isRemovable: true }), disk('/dev/sdb', { size: 100e9 }), disk('/dev/sdc')];
  expect(choose('disk=path:/dev/sda', ...all)).toBe('install /dev/sda');
  expect(choose('disk=serial:S-sdc', ...all)).toBe('install /dev/sdc');
  expect(choose('disk=size:100GB', ...all)).toBe('install /dev/sdb');
  expect(choose('disk=size:>=8GB', ...all)).toContain('are meant; name one of them');
  expect(choose('disk=serial:X', ...all)).toContain('no disk is meant; there are /dev/sda');
});

test('a used disk is written by an order that names it, and once per order', () => {
  const used = (content: Content) => disk('/dev/vda', { content });
  const xfs = used({ is: 'used', what: 'XFS' });
  expect(choose('disk=only', xfs)).toContain(
    'holds XFS; to erase it give an order that names it: erase=S-vda',
  );
  expect(choose('disk=only erase=S-other order=1', xfs)).toContain('holds XFS');
  expect(choose('disk=only erase=S-vda order=1', xfs)).toBe('erase /dev/vda');
  expect(choose('erase=/dev/vda order=1', xfs)).toBe('erase /dev/vda');
  expect(choose('disk=only', used({ is: 'unfinished' }))).toBe('install /dev/vda');
  const obeyed = used({ is: 'interlock', holds: ['00'.repeat(16)], record: record('1', '00'.repeat(32)) });
  expect(choose('erase=S-vda order=1', obeyed)).toBe('boot /dev/vda: it obeyed order 1 already');
  expect(choose('erase=S-vda order=2', obeyed)).toBe('erase /dev/vda');
});

test('a disk with the ordered release is not written, also when it was updated since', () => {
  const holds = [rootHash.slice(0, 32)];
  const installed = disk('/dev/vda', { content: { is: 'interlock', holds } });
  expect(choose('disk=only', installed)).toBe('boot /dev/vda: it holds tiny 1 already');
  const updated = disk('/dev/vda', { content: { is: 'interlock', holds: [], record: record('-') } });
  expect(choose('disk=only', updated)).toContain('was installed from this release and was updated since');
  const other = disk('/dev/vda', { content: { is: 'interlock', holds: [] } });
  expect(choose('disk=only', other)).toContain('holds another release of Interlock');
});
