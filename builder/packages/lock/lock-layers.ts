import { type LockedPackage, maxLayers, type PackagesLock, sortPackages } from './packages-lock.ts';

/** Packages that are installed in one go, on top of the layers below. */
export interface LockLayer {
  /** What its package scripts see as the time. */
  date: string;
  packages: LockedPackage[];
}

/** The layers of a lock from the lowest up; a lock of format 1 is one layer. */
export function layersOf({ layers, date, packages }: PackagesLock): LockLayer[] {
  return (layers ?? [date]).map((each, index) => {
    return { date: each, packages: packages.filter(({ layer = 1 }) => layer === index + 1) };
  });
}

/**
 * Lays freshly chosen packages over the layers of the lock before. A layer stays while each of its packages is wanted
 * as it is and every layer below stays; all other packages make the last layer. Essential packages belong to the first.
 */
export function layPackages(
  chosen: PackagesLock,
  before: PackagesLock | undefined,
  essential: ReadonlySet<string> = new Set(),
): PackagesLock {
  const wanted = new Map(chosen.packages.map((locked) => [locked.name, locked]));
  const old = before && before.suite === chosen.suite && before.arch === chosen.arch ? layersOf(before) : [];
  const firstGone = old.findIndex(
    ({ packages }) => !packages.every((each) => isSame(each, wanted.get(each.name))),
  );
  const kept = firstGone === -1 ? old : old.slice(0, firstGone);
  const isKept = (layers: readonly LockLayer[]) => {
    const names = new Set(layers.flatMap(({ packages }) => packages.map(({ name }) => name)));
    return ({ name }: LockedPackage) => names.has(name);
  };
  const added = chosen.packages.filter((locked) => !isKept(kept)(locked));
  const below = added.some(({ name }) => essential.has(name))
    ? []
    : kept.slice(0, added.length > 0 ? maxLayers - 1 : maxLayers);
  const rest = chosen.packages.filter((locked) => !isKept(below)(locked));
  const layers = [
    ...below,
    ...(rest.length > 0 || below.length === 0 ? [{ date: chosen.date, packages: rest }] : []),
  ];
  return {
    ...chosen,
    layers: layers.map(({ date }) => date),
    packages: sortPackages(
      layers.flatMap(({ packages }, index) =>
        packages.map(({ name }) => {
          const { layer: _, ...locked } = wanted.get(name)!;
          return index === 0 ? locked : { ...locked, layer: index + 1 };
        }),
      ),
    ),
  };
}

function isSame(a: LockedPackage, b: LockedPackage | undefined): boolean {
  return a.version === b?.version && a.arch === b.arch && a.sha256 === b.sha256;
}
