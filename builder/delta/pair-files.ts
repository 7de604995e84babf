import type { Space, Stretch } from '../../protocol/formats/payload/payload.ts';
import type { HashedRegion } from '../payload/hash-regions.ts';

/** What a region of the new release is made of: the very bytes of another, changes to another, or nothing known. */
export type Pairing =
  | { kind: 'same'; stretch: Stretch }
  | { kind: 'changed'; base: Stretch }
  | { kind: 'new' };

/**
 * Finds each new region's origin: by content wherever it lay, then by path, by path with every number left out
 * (kernel and library versions), and at last by name. Files of the initrd are taken from the new root itself.
 */
export function pairFiles(old: readonly HashedRegion[], next: readonly HashedRegion[]): Pairing[] {
  const contents = new Map<string, Stretch>();
  const names = new Map<string, HashedRegion>();
  for (const region of next)
    if (region.part === 'root') contents.set(key(region), stretchOf('target-root', region));
  for (const region of old) contents.set(key(region), stretchOf(`source-${region.part}`, region));
  for (const key of [baseName, withoutNumbers, wholePath]) {
    for (const region of old) names.set(key(region), region);
  }
  const byContent = new Map(old.map((region) => [`${region.path}\0${key(region)}`, region]));
  const lookUp = (region: HashedRegion): Pairing => {
    if (region.size === 0) return { kind: 'new' };
    const there = byContent.get(`${region.path}\0${key(region)}`);
    const stretch = there ? stretchOf(`source-${there.part}`, there) : contents.get(key(region));
    if (stretch && isUsable(stretch, region)) return { kind: 'same', stretch };
    const base = [wholePath, withoutNumbers, baseName].map((of) => names.get(of(region))).find(Boolean);
    return base ? { kind: 'changed', base: stretchOf(`source-${base.part}`, base) } : { kind: 'new' };
  };
  return next.map(lookUp);
}

/** What the new root holds is there only when the boot file is written. */
function isUsable({ space }: Stretch, { part }: HashedRegion): boolean {
  return space !== 'target-root' || part === 'boot';
}

function stretchOf(space: Space, { offset, length }: HashedRegion): Stretch {
  return { space, from: offset, length };
}

function key({ sha256, size }: HashedRegion): string {
  return `${sha256} ${size}`;
}

function wholePath({ part, path }: HashedRegion): string {
  return `${part} ${path}`;
}

function withoutNumbers({ path }: HashedRegion): string {
  return path.replace(/\d+/g, '#');
}

function baseName({ path }: HashedRegion): string {
  return `/${withoutNumbers({ path } as HashedRegion).replace(/^.*\//, '')}`;
}
