import { readBody, type Tree } from '../entries/entry.ts';
import { follow } from '../entries/follow.ts';
import type { UnitSearch } from './load-unit.ts';
import type { UnitFolders } from './unit-folders.ts';

/** Gathers what the search for units needs to know of a tree. */
export async function searchUnits(tree: Tree, folders: UnitFolders, arch: string): Promise<UnitSearch> {
  const os = await readOsRelease(tree);
  return { tree, folders, dropIns: listDropIns(tree), arch, os, systemd: systemdVersion(tree) };
}

/** The names in every folder of drop-ins, for those who look for a unit's; folders by their real paths. */
export function listDropIns(tree: Tree): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const path of tree.keys()) {
    const [, folder, name] = /^(.*\.d)\/([^/]+\.conf)$/s.exec(path) ?? [];
    if (folder === undefined || name === undefined || !/systemd\//.test(folder)) continue;
    found.set(folder, [...(found.get(folder) ?? []), name]);
  }
  return found;
}

/** The version of the image's systemd, by the name of its library; that of Debian 13 where there is none. */
function systemdVersion(tree: Tree): number {
  for (const path of tree.keys()) {
    const version = /\/systemd\/libsystemd-shared-(\d+)[^/]*\.so$/.exec(path)?.[1];
    if (version !== undefined) return Number(version);
  }
  return 257;
}

async function readOsRelease(tree: Tree): Promise<Map<string, string>> {
  const file = follow(tree, 'usr/lib/os-release');
  if (file?.type !== 'file') return new Map();
  const lines = (await readBody(file.body)).toString('utf8').matchAll(/^([A-Z_0-9]+)=["']?(.*?)["']?$/gm);
  return new Map([...lines].map(([, key = '', value = '']) => [key, value]));
}
