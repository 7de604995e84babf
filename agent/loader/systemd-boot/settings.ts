import { readdir } from 'node:fs/promises';
import type { Esp } from './esp.ts';
import { unsafe } from './flip.ts';

const wanted = { timeout: '0', editor: 'no', 'auto-entries': 'no' } as const;
const overrides = ['LoaderEntryDefault', 'LoaderEntryOneShot'];

/** Throws `loader_unsafe` when `loader.conf` could make systemd-boot take something else than the highest generation. */
export async function checkLoaderConf(esp: Esp): Promise<void> {
  const text = await esp.read('loader/loader.conf');
  if (text === undefined) throw unsafe('loader/loader.conf is missing');
  const settings = new Map(
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line && !line.startsWith('#'))
      .map((line) => line.split(/\s+/, 2) as [string, string]),
  );
  for (const [key, value] of Object.entries(wanted)) {
    if (settings.get(key) !== value) throw unsafe(`loader.conf must say: ${key} ${value}`);
  }
  if (settings.has('default')) throw unsafe('loader.conf must not set a default');
}

/** Throws `loader_unsafe` when an EFI variable names the entry to boot. `folder` is an efivarfs. */
export async function checkEfiVariables(folder: string): Promise<void> {
  // a host without EFI variables has none that could name an entry
  const names = await readdir(folder).catch(() => [] as string[]);
  const set = names.find((name) => overrides.some((variable) => name.startsWith(`${variable}-`)));
  if (set) throw unsafe(`the EFI variable ${set} must be unset`);
}
