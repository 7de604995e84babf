import { type Release, releaseId } from '../../../protocol/documents/release.ts';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import type { Arch } from '../../../protocol/schema/schema.ts';
import { unmet } from '../../platforms/judge.ts';
import { consolesOf, type PlatformName, platforms } from '../../platforms/platforms.ts';
import { readDrivers } from './read-drivers.ts';

/** Names that importers go by. */
const extensions = {
  raw: '',
  'raw.zst': '.zst',
  qcow2: '',
  gce: '.tar.gz',
  vhd: '.vhd',
  vdi: '.vdi',
  ova: '.ova',
};

/** A release that starts on a platform. */
export interface Fit {
  platform: PlatformName;
  arch: Arch;
  hasBios: boolean;
  warnings: string[];
}

/** Refuses a release that cannot start on a platform, before anything is written. Throws `platform_unfit`, `usage`. */
export async function requireFit(
  name: PlatformName,
  folder: string,
  release: Release,
  out: string,
): Promise<Fit> {
  const platform = platforms[name];
  const extension = extensions[platform.format];
  if (!out.endsWith(extension)) {
    throw new InterlockError('usage', {
      problem: `--out is ${out}; a disk for ${name} has a name that ends with ${extension}`,
    });
  }
  const { arch } = release;
  if (!(arch in platform.serial)) {
    const taken = Object.keys(platform.serial).join(' and ');
    throw new InterlockError('usage', {
      problem: `--for ${name} is for ${taken}, and ${releaseId(release)} is not`,
    });
  }
  const { drivers, cmdline } = await readDrivers(folder);
  const problems = unmet(platform, arch, drivers);
  if (problems.length > 0) {
    const problem = problems.join('; ');
    throw new InterlockError('platform_unfit', { release: releaseId(release), platform: name, problem });
  }
  const words = cmdline.split(/\s+/).map((word) => word.replace(/,.*$/, ''));
  const silent = !consolesOf([name], arch).some((console) => words.includes(console));
  const warning = `nothing of its start will be seen on ${platform.title}: its kernel command line has no ${consolesOf([name], arch).join(' or ')}; write platforms = ["${name}"] in image.toml`;
  return { platform: name, arch, hasBios: drivers.hasBios, warnings: silent ? [warning] : [] };
}

/** Refuses a disk that a platform does not take. Throws `disk_too_big`. */
export function requireRoom(name: PlatformName, size: number): void {
  const { largest = Number.POSITIVE_INFINITY } = platforms[name];
  if (size > largest) throw new InterlockError('disk_too_big', { platform: name, size, largest });
}
