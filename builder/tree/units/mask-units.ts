import type { Definition } from '../../definition/definition.ts';
import { putSymlink } from '../entries/change.ts';
import type { Tree } from '../entries/entry.ts';
import { quadletOf } from './explain.ts';
import { systemFolders } from './unit-folders.ts';

const { vendor, config, search } = systemFolders;

const shadows = 'what it writes to /etc or /var would hide changes of later versions';
const packages = 'it maintains the packages of a machine that is installed in place';
const boots = 'the agent alone says which boot is good and replaces the boot loader';
const disks = 'the initrd lays the disk out';

/** Units that no image may start, with the reason. */
export const neverStarted: ReadonlyMap<string, string> = new Map([
  ['ldconfig.service', shadows],
  ['systemd-hwdb-update.service', shadows],
  ['systemd-journal-catalog-update.service', shadows],
  ['systemd-update-done.service', shadows],
  ['dpkg-db-backup.service', packages],
  ['dpkg-db-backup.timer', packages],
  ['apt-daily.timer', packages],
  ['apt-daily-upgrade.timer', packages],
  ['systemd-bless-boot.service', boots],
  ['systemd-boot-update.service', boots],
  ['systemd-repart.service', disks],
  ['systemd-growfs-root.service', disks],
  ['e2scrub_reap.service', disks],
  ['e2scrub_all.timer', disks],
]);

/** Masks units by vendor links to /dev/null: the definition's, and of those that no image starts what is there. */
export function maskUnits(tree: Tree, definition: Pick<Definition, 'mask'>): void {
  const present = [...neverStarted.keys()].filter((unit) => tree.has(`${vendor}/${unit}`));
  for (const unit of [...present, ...definition.mask]) {
    // a file in a folder that wins, or one that a generator makes, would come before the link under /usr
    const isHidden = search.some((folder) => folder !== vendor && tree.has(`${folder}/${unit}`));
    if (isHidden || quadletOf(tree, unit)) putSymlink(tree, `${config}/${unit}`, '/dev/null');
    putSymlink(tree, `${vendor}/${unit}`, '/dev/null');
  }
}
