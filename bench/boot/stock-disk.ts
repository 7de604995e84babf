import { join } from 'node:path';
import { readRelease } from '../../test/journey/slot.ts';
import { openErofs } from '../../test/support/erofs/open-erofs.ts';
import { writeFileOnEsp } from '../../test/support/vm/esp-file.ts';

/** Makes a disk, installed from the release `stock`, boot by the kernel and the initrd that Debian's dracut made. */
export async function bootByStockInitrd(disk: string, release: string): Promise<void> {
  const { root } = await readRelease(release);
  const erofs = await openErofs(join(release, 'root.erofs'));
  try {
    for (const name of ['kernel', 'initrd']) {
      await writeFileOnEsp(disk, `EFI/interlock/${name}`, await erofs.readFile(`usr/lib/stock-${name}`));
    }
  } finally {
    await erofs.close();
  }
  const byLabel = '/dev/disk/by-partlabel';
  const options = [
    ...[`roothash=${root.verity.rootHash}`, `systemd.verity_root_data=${byLabel}/root-a`],
    ...[`systemd.verity_root_hash=${byLabel}/verity-a`, 'root=/dev/mapper/root', 'rootfstype=erofs'],
    ...['ro', 'quiet', 'systemd.volatile=state', 'console=ttyS0'],
    // a busy host of an emulated machine needs more than the usual 90 s
    'systemd.default_device_timeout_sec=600',
  ];
  const entry = ['title stock', 'sort-key interlock', 'version 1', 'linux /EFI/interlock/kernel'];
  const lines = [...entry, 'initrd /EFI/interlock/initrd', `options ${options.join(' ')}`, ''];
  await writeFileOnEsp(disk, 'loader/entries/interlock-1.conf', lines.join('\n'));
}
