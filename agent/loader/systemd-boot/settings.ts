import { readdir } from 'node:fs/promises';
import { loaderConfFile } from '../../../protocol/boot/esp.ts';
import { loaderConfProblem } from '../../../protocol/boot/loader-conf.ts';
import type { Esp } from '../esp/esp.ts';
import { unsafe } from '../esp/unsafe.ts';

const overrides = ['LoaderEntryDefault', 'LoaderEntryOneShot'];

/** Throws `loader_unsafe` when `loader.conf` could make systemd-boot take something else than the highest generation. */
export async function checkLoaderConf(esp: Esp): Promise<void> {
  const text = await esp.read(loaderConfFile);
  if (text === undefined) throw unsafe(`${loaderConfFile} is missing`);
  const problem = loaderConfProblem(text);
  if (problem) throw unsafe(problem);
}

/** Throws `loader_unsafe` when an EFI variable names the entry to boot. `folder` is an efivarfs. */
export async function checkEfiVariables(folder: string): Promise<void> {
  // a host without EFI variables has none that could name an entry
  const names = await readdir(folder).catch(() => [] as string[]);
  const set = names.find((name) => overrides.some((variable) => name.startsWith(`${variable}-`)));
  if (set) throw unsafe(`the EFI variable ${set} must be unset`);
}
