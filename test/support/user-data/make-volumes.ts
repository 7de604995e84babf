import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../../system/process/run.ts';

/** A disk image of some make. */
export interface MadeVolume {
  /** How it was made; the instance id of its documents. */
  name: string;
  file: string;
}

/** Seeds for NoCloud as people and their tools make them: each has an instance id that says how. */
export async function makeSeeds(folder: string): Promise<MadeVolume[]> {
  const iso = (name: string, ...options: string[]) =>
    volume(folder, name, (file, source) => run('genisoimage', ['-quiet', ...options, '-o', file, source]));
  return Promise.all([
    iso('joliet-alone', '-J', '-V', 'cidata'),
    iso('rock-ridge-alone', '-R', '-V', 'CIDATA'),
    iso('both', '-R', '-J', '-V', 'cidata'),
    volume(folder, 'fat-in-lower-case', async (file, source) => {
      await run('mkfs.vfat', ['-C', '-n', 'cidata', file, '1024']);
      await copyInto(file, source);
    }),
    volume(folder, 'fat-labelled-in-its-folder-alone', async (file, source) => {
      await run('mkfs.vfat', ['-C', '-F', '32', '-n', 'CIDATA', file, '65536']);
      await copyInto(file, source);
      const disk = await open(file, 'r+');
      await disk.write('NO NAME    ', 71);
      await disk.close();
    }),
    volume(folder, 'fat-in-a-partition', async (file, source) => {
      const sectors = 8192;
      await writeFile(file, Buffer.alloc(sectors * 2 * 512));
      await run('sfdisk', ['-q', file], {
        input: `label: gpt\nstart=2048, size=${sectors}, name="Basic data partition"\n`,
      });
      await run('mkfs.vfat', ['-n', 'CIDATA', '--offset', '2048', file, String(sectors / 2)]);
      await copyInto(`${file}@@1M`, source);
    }),
  ]);
}

/** A disc of UDF alone, as Azure makes machines with it. */
export async function makeProvisioningDisc(folder: string, ovf: string): Promise<string> {
  const [source, file] = [join(folder, 'provisioning'), join(folder, 'provisioning.iso')];
  await mkdir(source, { recursive: true });
  await writeFile(join(source, 'ovf-env.xml'), ovf);
  await run('genisoimage', ['-quiet', '-udf', '-V', 'rd_rdfe_stable', '-o', file, source]);
  await takeIsoAway(file);
  return file;
}

/** genisoimage writes both; UDF's descriptors take the place of ISO 9660's, and every other sector stays. */
async function takeIsoAway(file: string): Promise<void> {
  const [first, size] = [16, 2048];
  const disc = await readFile(file);
  const wordAt = (sector: number) => disc.toString('latin1', sector * size + 1, sector * size + 6);
  const at = [17, 18, 19, 20].find((sector) => wordAt(sector) === 'BEA01')!;
  const descriptors = disc.subarray(at * size, (at + 3) * size);
  const room = Buffer.alloc((at + 3 - first) * size);
  descriptors.copy(room);
  const handle = await open(file, 'r+');
  try {
    await handle.write(room, 0, room.length, first * size);
  } finally {
    await handle.close();
  }
}

async function volume(
  folder: string,
  name: string,
  make: (file: string, source: string) => Promise<unknown>,
): Promise<MadeVolume> {
  const source = join(folder, name);
  await mkdir(source, { recursive: true });
  await writeFile(join(source, 'meta-data'), `instance-id: ${name}\n`);
  await writeFile(join(source, 'user-data'), '#cloud-config\n');
  const file = join(folder, `${name}.img`);
  await make(file, source);
  return { name, file };
}

async function copyInto(image: string, source: string): Promise<void> {
  await run('mcopy', ['-i', image, join(source, 'meta-data'), join(source, 'user-data'), '::']);
}
