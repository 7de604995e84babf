import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { decodeGpt, type GptPartition, gptLengths } from '../../protocol/formats/disk/gpt.ts';
import type { Orders } from '../../protocol/installer/orders.ts';
import { formatBytes } from '../../system/terminal/progress.ts';
import { openExtent } from '../slots/extent.ts';
import { type Choice, chooseDisk, nameOf, obstacle } from './choose-disk.ts';
import { readWhole } from './copy.ts';
import type { Disk, SeenDisk } from './disk.ts';
import { isPathOf } from './list-disks.ts';
import { lookAtDisk } from './look-at-disk.ts';
import { noteLength } from './note.ts';
import { saying } from './saying.ts';
import type { Source } from './source.ts';
import { openTarget } from './target.ts';
import { writeDisk } from './write-disk.ts';

/** Says one line to whoever watches. */
export type Tell = (line: string) => void;

/** Looks at every disk. */
export async function seeDisks(disks: readonly Disk[], source: Source): Promise<SeenDisk[]> {
  const table = await readWhole(source, 'table');
  const seen: SeenDisk[] = [];
  for (const disk of disks) {
    const extent = await openExtent({ path: disk.path, offset: 0, size: disk.size }, 'read');
    try {
      const content = await lookAtDisk(disk.size, extent.read, table.subarray(0, noteLength));
      seen.push({ ...disk, content });
    } finally {
      await extent.close();
    }
  }
  return seen;
}

/** Decides which disk is meant, following links. */
export async function decideOn(orders: Orders, disks: readonly SeenDisk[], source: Source): Promise<Choice> {
  const names = [orders.erase, orders.disk?.by === 'path' ? orders.disk.path : undefined];
  const meant = new Set<string>();
  for (const name of names) {
    for (const disk of disks) {
      if (name && (disk.serial === name || (await isPathOf(name, disk)))) meant.add(`${name} ${disk.path}`);
    }
  }
  return chooseDisk(orders, disks, source.medium, (name, disk) => meant.has(`${name} ${disk.path}`));
}

/** Writes the release to a disk and says how far it is, every few seconds. */
export async function installOn(disk: SeenDisk, source: Source, order: string, tell: Tell): Promise<void> {
  const problem = obstacle(disk, source.medium);
  if (problem) throw new InterlockError('install_refused', { problem: `${disk.path} ${problem}` });
  const { name, version } = source.medium.release;
  tell(`installing ${name} ${version} on ${nameOf(disk)}`);
  const target = await openTarget(disk.path, disk.size);
  const progress = saying(tell);
  try {
    await writeDisk(target, source, order, (what, done, total) =>
      progress.at(`${what}: ${formatBytes(done)} of ${formatBytes(total)}`),
    );
  } finally {
    progress.end();
    await target.close();
  }
  tell(`installed ${name} ${version} on ${disk.path}, and read it back`);
}

/** The EFI system partition that an installed disk has. */
export async function espOf(source: Source): Promise<GptPartition> {
  const table = await readWhole(source, 'table');
  const { head } = gptLengths(source.medium.disk.sectorSize);
  const { partitions } = decodeGpt(table.subarray(0, head), table.subarray(head));
  return partitions.find(({ name }) => name === 'esp')!;
}

/** What is on a disk, for people. */
export function describeContent({ content }: SeenDisk): string {
  switch (content.is) {
    case 'empty':
      return 'empty';
    case 'unfinished':
      return 'an unfinished install';
    case 'interlock':
      return 'Interlock';
    case 'used':
      return content.what;
  }
}
