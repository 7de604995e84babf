import { hasSize } from '../../protocol/installer/disk-choice.ts';
import type { Medium } from '../../protocol/installer/medium.ts';
import type { Orders } from '../../protocol/installer/orders.ts';
import { formatBytes } from '../../system/terminal/progress.ts';
import type { SeenDisk } from './disk.ts';

/** What is done about orders. */
export type Choice =
  | { to: 'install'; disk: SeenDisk; erases: boolean }
  /** Nothing is written: it is there already, for the reason given. */
  | { to: 'boot'; disk: SeenDisk; because: string }
  | { to: 'ask' }
  | { to: 'refuse'; problem: string };

/** Whether a path or serial number means a disk. */
type IsMeant = (name: string, disk: SeenDisk) => boolean;

/** Decides what becomes of orders on these disks; `isMeant` knows what links a path follows. */
export function chooseDisk(
  orders: Orders,
  disks: readonly SeenDisk[],
  medium: Pick<Medium, 'release' | 'disk'>,
  isMeant: IsMeant,
): Choice {
  const choice = orders.disk ?? (orders.erase === undefined ? undefined : { by: 'erase' as const });
  if (!choice) return { to: 'ask' };
  const isNamed = choice.by === 'serial' || choice.by === 'path' || choice.by === 'erase';
  const named = (disk: SeenDisk) => {
    switch (choice.by) {
      case 'only':
        return true;
      case 'serial':
        return disk.serial === choice.serial;
      case 'path':
        return isMeant(choice.path, disk);
      case 'erase':
        return isMeant(orders.erase!, disk);
      case 'size':
        return hasSize(choice, disk.size);
    }
  };
  const meant = disks.filter(named);
  const able = meant.filter((disk) => !obstacle(disk, medium) && !(disk.isRemovable && !isNamed));
  if (able.length > 1) return refuse(`${able.map(nameOf).join(' and ')} are meant; name one of them`);
  const disk = able[0];
  if (!disk) return refuse(whyNone(meant, disks, medium));
  return decide(disk, orders, medium, isMeant);
}

/** Why a disk cannot take the release, whatever is on it. */
export function obstacle(disk: SeenDisk, { disk: needed }: Pick<Medium, 'disk'>): string | undefined {
  if (disk.isMedium) return 'is the medium itself';
  if (disk.isReadOnly) return 'is read-only';
  if (disk.sectorSize !== needed.sectorSize) {
    return `has sectors of ${disk.sectorSize} bytes; the medium is for ${needed.sectorSize}`;
  }
  if (disk.size < needed.size) {
    return `is too small: ${formatBytes(disk.size)} of ${formatBytes(needed.size)}`;
  }
  return undefined;
}

/** A disk for people: path, size, and serial number. */
export function nameOf({ path, size, serial }: SeenDisk): string {
  return `${path} (${formatBytes(size)}${serial && `, serial ${serial}`})`;
}

function decide(
  disk: SeenDisk,
  { erase, order }: Orders,
  { release }: Pick<Medium, 'release'>,
  isMeant: IsMeant,
): Choice {
  const { content } = disk;
  if (content.is === 'empty' || content.is === 'unfinished') return { to: 'install', disk, erases: false };
  const record = content.is === 'interlock' ? content.record : undefined;
  const isOrdered = erase !== undefined && order !== undefined && isMeant(erase, disk);
  if (isOrdered && record?.order === order) {
    return { to: 'boot', disk, because: `it obeyed order ${order} already` };
  }
  if (isOrdered) return { to: 'install', disk, erases: true };
  const prefix = release.rootHash.slice(0, 32);
  if (content.is === 'interlock' && content.holds.includes(prefix)) {
    return { to: 'boot', disk, because: `it holds ${release.name} ${release.version} already` };
  }
  if (record?.rootHash === release.rootHash) {
    return { to: 'boot', disk, because: 'it was installed from this release and was updated since' };
  }
  const what = content.is === 'used' ? content.what : 'another release of Interlock';
  return refuse(
    `${nameOf(disk)} holds ${what}; to erase it give an order that names it: erase=${disk.serial || disk.path} and order=ID`,
  );
}

function whyNone(
  meant: readonly SeenDisk[],
  disks: readonly SeenDisk[],
  medium: Pick<Medium, 'disk'>,
): string {
  if (disks.length === 0) return 'there is no disk';
  if (meant.length === 0) return `no disk is meant; there are ${disks.map(nameOf).join(', ')}`;
  return meant
    .map((disk) => `${nameOf(disk)} ${obstacle(disk, medium) ?? 'is removable; name it by path or serial'}`)
    .join('; ');
}

function refuse(problem: string): Choice {
  return { to: 'refuse', problem };
}
