import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { biosLoaderFile } from '../../../protocol/boot/host-layout.ts';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { peHeaders, peSections } from '../../../protocol/formats/efi/pe-headers.ts';
import { withFile } from '../../../system/files/durable.ts';
import { cpioNames } from '../../boot-file/cpio-names.ts';
import { moduleName } from '../../boot-file/parts/read-modules.ts';
import type { Drivers } from '../../platforms/judge.ts';
import { readRoot } from '../../root/read-root.ts';

const longestList = 1024 * 1024;
const modulePath = /(?:^|\/)usr\/lib\/modules\/[^/]+\/.*\.ko$/;

/**
 * Reads out of a release's folder what it can drive, and its kernel command line: every release says so by its files, those made before
 * anybody asked too. Throws `not_found`, `release_invalid`.
 */
export async function readDrivers(folder: string): Promise<{ drivers: Drivers; cmdline: string }> {
  const image = join(folder, 'root.erofs');
  const entries = await readRoot(image);
  const paths = [...entries.keys()];
  const lists = paths.filter((path) => /^usr\/lib\/modules\/[^/]+\/modules\.builtin$/.test(path));
  const builtin = await withFile(image, 'r', async (file) => {
    const texts = lists.map(async (path) => {
      const { size, offset } = entries.get(path)!;
      const length = Math.min(size, longestList);
      const { buffer } = await file.read(Buffer.alloc(length), 0, length, offset);
      return buffer.toString('latin1');
    });
    return (await Promise.all(texts)).flatMap((text) => text.split('\n').filter(Boolean).map(moduleName));
  });
  const { initrd, cmdline } = await readBoot(join(folder, 'boot.efi'));
  const named = (from: readonly string[]) =>
    new Set([...builtin, ...from.filter((path) => modulePath.test(path)).map(moduleName)]);
  const hasBios = entries.has(biosLoaderFile.slice(1));
  return { drivers: { initrd: named(cpioNames(initrd)), root: named(paths), hasBios }, cmdline };
}

async function readBoot(file: string): Promise<{ initrd: Buffer; cmdline: string }> {
  const boot = await readFile(file).catch((cause) => {
    throw new InterlockError('not_found', { what: file }, { cause });
  });
  const headers = peHeaders(boot);
  const sections = headers && peSections(boot, headers);
  const section = (name: string) => {
    const found = sections?.find((each) => each.name === name);
    return found && boot.subarray(found.rawOffset, found.rawOffset + found.virtualSize);
  };
  const [initrd, cmdline] = [section('.initrd'), section('.cmdline')];
  if (initrd && cmdline) return { initrd, cmdline: cmdline.toString('latin1') };
  throw new InterlockError('release_invalid', { file, problem: 'has no initrd or no command line' });
}
