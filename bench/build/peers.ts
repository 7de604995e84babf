import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { stubPackage } from '../../builder/packages/lock/initrd-stub.ts';
import type { PackagesLock } from '../../builder/packages/lock/packages-lock.ts';
import { makeLocalRepository } from '../../builder/tree/install/local-repository.ts';
import { sandboxMode } from '../../builder/tree/sandbox/sandbox-mode.ts';
import { type Taken, timed } from './timed.ts';

/** A tar of the very packages, from a repository on this disk: what mmdebstrap's users wait for. */
export async function byMmdebstrap(
  work: string,
  lock: PackagesLock,
  files: ReadonlyMap<string, string>,
): Promise<Taken> {
  const repository = join(work, 'repository');
  await makeLocalRepository(repository, lock.packages, files);
  const names = [...lock.packages.map(({ name }) => name), stubPackage].join(',');
  const tar = join(work, 'peer.tar');
  const options = [`--mode=${await sandboxMode()}`, '--variant=essential', `--include=${names}`];
  const taken = await timed([
    'mmdebstrap',
    '--quiet',
    ...options,
    '',
    tar,
    `deb [trusted=yes] copy:${repository} ./`,
  ]);
  await rm(tar);
  return taken;
}

/** A folder of the same packages by mkosi, which takes them from the mirror once and from its own cache then. */
export async function byMkosi(
  work: string,
  packages: readonly string[],
  mirror: string,
  suite: string,
): Promise<Taken> {
  const cache = join(work, 'mkosi-cache');
  await mkdir(cache, { recursive: true });
  const output = join(work, 'mkosi-image');
  const command = [
    ...['mkosi', '--force', '--distribution', 'debian', '--release', suite, '--mirror', mirror],
    ...['--format', 'directory', '--output', output, '--cache', cache, '--workspace-dir', work],
    // without it mkosi 14 runs rm in a container of systemd-nspawn, which needs a system bus
    '--with-docs',
    ...packages.flatMap((name) => ['--package', name]),
    'build',
  ];
  await timed(command);
  return timed(command);
}
