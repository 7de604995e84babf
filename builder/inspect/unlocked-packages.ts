import { readFile } from 'node:fs/promises';
import { originProperty } from '../release/describe/debian-parts.ts';

/** A Debian package of a release that its packages.lock does not have as it is. */
export interface UnlockedPackage {
  name: string;
  version: string;
  arch: string;
  /** In words: installed by a script, say. */
  origin: string;
}

interface Part {
  name?: unknown;
  version?: unknown;
  purl?: unknown;
  properties?: { name?: unknown; value?: unknown }[];
}

/** Reads them from a release's parts list; none where that is missing or damaged. */
export async function unlockedPackages(file: string): Promise<UnlockedPackage[]> {
  const parts = await readFile(file, 'utf8').then(partsOf, () => []);
  return parts.flatMap(({ name, version, purl, properties }) => {
    const origin =
      Array.isArray(properties) && properties.find((each) => each.name === originProperty)?.value;
    if (!origin) return [];
    const arch = /[?&]arch=([^&]*)/.exec(String(purl))?.[1] ?? '';
    return [{ name: String(name), version: String(version), arch, origin: String(origin) }];
  });
}

function partsOf(text: string): Part[] {
  try {
    const { components } = JSON.parse(text) as { components?: unknown };
    return Array.isArray(components) ? components : [];
  } catch {
    // the hash of the file, checked elsewhere, shows that it is damaged
    return [];
  }
}
