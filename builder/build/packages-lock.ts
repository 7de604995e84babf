import { type Static, Type } from 'typebox';
import { InterlockError } from '../../protocol/errors.ts';
import { Arch, Bytes, parseJson, Sha256, strict, Time } from '../../protocol/schema.ts';

/** One locked package; `path` is its place in the mirror's pool, relative to the mirror's root. */
export const LockedPackage = strict({
  name: Type.String({ pattern: '^[a-z0-9][a-z0-9.+-]+$' }),
  version: Type.String({ pattern: '^[0-9A-Za-z.+:~-]+$' }),
  arch: Type.String({ pattern: '^[a-z0-9-]+$' }),
  path: Type.String({ pattern: '^(?!.*(?:\\.\\.|//))[\\w][\\w./+~%-]*\\.deb$' }),
  size: Bytes,
  sha256: Sha256,
});
export type LockedPackage = Static<typeof LockedPackage>;

/** `packages.lock`: every package of an image by hash, and the date of the archive they were chosen from. */
export const PackagesLock = strict({
  format: Type.Literal(1),
  suite: Type.String(),
  arch: Arch,
  /** The newest date among the archive's signed indexes: the image's time unless another is given. */
  date: Time,
  /** Suites whose indexes had expired when packages were chosen, which was allowed, each with the end of its time. */
  expired: Type.Optional(Type.Array(Type.String({ pattern: '^[\\w.-]+ \\S+$' }), { minItems: 1 })),
  packages: Type.Array(LockedPackage),
});
export type PackagesLock = Static<typeof PackagesLock>;

/** Writes a lock as text: one line for each package, by name, so that a diff shows what changed. */
export function formatLock({ packages, ...head }: PackagesLock): string {
  const lines = sortPackages(packages).map((locked) => `    ${JSON.stringify(inKeyOrder(locked))}`);
  const { format, suite, arch, date, expired } = head;
  const fields = Object.entries({ format, suite, arch, date, ...(expired && { expired }) });
  const header = fields.map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},\n`);
  return `{\n${header.join('')}  "packages": [\n${lines.join(',\n')}\n  ]\n}\n`;
}

/** Reads a lock. Throws `bad_input` naming the file when it is damaged or holds a name twice. */
export function parseLock(text: string | Uint8Array, file: string): PackagesLock {
  const lock = parseJson(PackagesLock, text, file);
  const names = lock.packages.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice) throw new InterlockError('bad_input', { what: file, problem: `${twice} is locked twice` });
  return { ...lock, packages: sortPackages(lock.packages) };
}

/** Packages by name in byte order, so that equal sets are equal texts. */
export function sortPackages(packages: readonly LockedPackage[]): LockedPackage[] {
  return packages.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function inKeyOrder({ name, version, arch, path, size, sha256 }: LockedPackage): LockedPackage {
  return { name, version, arch, path, size, sha256 };
}
