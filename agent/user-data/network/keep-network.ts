import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../../../system/files/durable.ts';
import { privateFile, privateFolder } from '../../../system/files/private-files.ts';
import type { NetworkFile } from './network-files.ts';

/** What a metadata service last said of the network, as files of systemd-networkd. */
const folder = 'var/lib/interlock/user-data/network';

/** Keeps them in place of earlier ones. */
export async function keepFiles(files: readonly NetworkFile[], root: string): Promise<void> {
  const kept = await keptFiles(root);
  const textOf = (all: readonly NetworkFile[]) => JSON.stringify(all.toSorted(byName));
  if (textOf(kept) === textOf(files)) return;
  await forgetNetwork(root);
  await mkdir(join(root, folder), { recursive: true, mode: privateFolder });
  for (const { name, content } of files) await writeDurably(join(root, folder, name), content, privateFile);
}

/** Reads them; none on a host whose service has never said anything of it. */
export async function keptFiles(root: string): Promise<NetworkFile[]> {
  const path = join(root, folder);
  if (!existsSync(path)) return [];
  const names = (await readdir(path)).filter((name) => /\.(link|netdev|network)$/.test(name));
  return Promise.all(
    names.toSorted().map(async (name) => ({ name, content: await readFile(join(path, name), 'utf8') })),
  );
}

/** Another instance has another network. */
export async function forgetNetwork(root: string): Promise<void> {
  await rm(join(root, folder), { recursive: true, force: true });
}

function byName(one: NetworkFile, other: NetworkFile): number {
  return one.name < other.name ? -1 : 1;
}
