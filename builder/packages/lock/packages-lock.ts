import { type Static, Type } from 'typebox';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { Arch, Bytes, problemOf, Sha256, strict, Time } from '../../../protocol/schema/schema.ts';
import { packageNameProblem } from '../../definition/package-name.ts';
import { damagedLine } from './damaged-line.ts';
import { lineOfJson } from './line-of-json.ts';

/** The most layers of a lock: what comes later goes into the last one. */
export const maxLayers = 4;

const PackageName = Type.String({ pattern: '^[a-z0-9][a-z0-9.+-]+$' });

/** One locked package; `path` is its place in the mirror's pool, relative to the mirror's root. */
export const LockedPackage = strict({
  name: PackageName,
  version: Type.String({ pattern: '^[0-9A-Za-z.+:~-]+$' }),
  arch: Type.String({ pattern: '^[a-z0-9-]+$' }),
  path: Type.String({ pattern: '^(?!.*(?:\\.\\.|//))[\\w][\\w./+~%:@=,-]*\\.deb$' }),
  size: Bytes,
  sha256: Sha256,
  /** Its repository: a URL, or a folder relative to the definition's; the mirror if not given. */
  repository: Type.Optional(Type.String({ pattern: '^(?:https?://[^\\s@]+|(?![a-z]+:)[^/\\s][^\\0\\n]*)$' })),
  /** Counted from 1, which is meant where it is not given. */
  layer: Type.Optional(Type.Integer({ minimum: 1, maximum: maxLayers })),
});
export type LockedPackage = Static<typeof LockedPackage>;

/**
 * `packages.lock`: every package of an image by hash, and the date of the archive they were chosen from. Format 1 has
 * one layer, and does not say which packages were asked for.
 */
export const PackagesLock = strict({
  format: Type.Union([Type.Literal(1), Type.Literal(2)]),
  suite: Type.String(),
  arch: Arch,
  /** The newest date among the archive's signed indexes: the image's time unless another is given. */
  date: Time,
  /** Suites whose indexes had expired when packages were chosen, which was allowed, each with its expiry. */
  expired: Type.Optional(Type.Array(Type.String({ pattern: '^[\\w.-]+ \\S+$' }), { minItems: 1 })),
  /** What the definition asked for, and the package that is it or provides it. */
  requested: Type.Optional(Type.Record(Type.String(), PackageName)),
  /** Packages whose recommended packages were chosen too. */
  recommends: Type.Optional(Type.Array(PackageName, { minItems: 1 })),
  /** The date that package scripts of each layer see; layers are installed in this order, each on those before. */
  layers: Type.Optional(Type.Array(Time, { minItems: 1, maxItems: maxLayers })),
  /** Packages that files are taken out of, and that are not installed: a boot loader's. */
  unpacked: Type.Optional(Type.Array(LockedPackage, { minItems: 1 })),
  packages: Type.Array(LockedPackage),
});
export type PackagesLock = Static<typeof PackagesLock>;

/** Writes a lock as text: one line for each package, by name, so that a diff shows what changed. */
export function formatLock({ packages, unpacked, requested, layers, ...head }: PackagesLock): string {
  const { format, suite, arch, date, expired, recommends } = head;
  const fields = Object.entries({
    format,
    suite,
    arch,
    date,
    ...(expired && { expired }),
    ...(recommends && { recommends }),
  });
  const header = fields.map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},\n`);
  const asked = Object.entries(requested ?? {}).toSorted(byFirst);
  const requests = asked.map(([spec, name]) => `    ${JSON.stringify(spec)}: ${JSON.stringify(name)}`);
  const list = (all: readonly LockedPackage[]) =>
    sortPackages(all)
      .map((locked) => `    ${JSON.stringify(inKeyOrder(locked))}`)
      .join(',\n');
  const parts = [
    ...header,
    ...(requested ? [`  "requested": {\n${requests.join(',\n')}\n  },\n`] : []),
    ...(layers ? [`  "layers": ${JSON.stringify(layers)},\n`] : []),
    ...(unpacked ? [`  "unpacked": [\n${list(unpacked)}\n  ],\n`] : []),
    `  "packages": [\n${list(packages)}\n  ]\n`,
  ];
  return `{\n${parts.join('')}}\n`;
}

/** Reads a lock. Throws `bad_input` naming the file and the line when it is damaged or contradicts itself. */
export function parseLock(input: string | Uint8Array, file: string): PackagesLock {
  const text = typeof input === 'string' ? input : Buffer.from(input).toString('utf8');
  const fail = (line: number, problem: string, cause?: unknown) =>
    new InterlockError('bad_input', { what: `${file}:${line}`, problem }, { cause });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw fail(damagedLine(text), 'is not valid JSON', cause);
  }
  const problem = problemOf(PackagesLock, value);
  if (problem) {
    const path = /^(?:unknown key )?(\S+)/.exec(problem)?.[1] ?? '';
    throw fail(lineOfJson(text, path.split('/')), problem);
  }
  const lock = value as PackagesLock;
  const contradiction = findContradiction(lock);
  if (contradiction) throw fail(lineOfJson(text, contradiction.path), contradiction.problem);
  return { ...lock, packages: sortPackages(lock.packages) };
}

/** Every package that a build needs the file of. */
export function allPackages({ packages, unpacked = [] }: PackagesLock): LockedPackage[] {
  return [...packages, ...unpacked];
}

/** Packages by name in byte order, so that equal sets are equal texts. */
export function sortPackages(packages: readonly LockedPackage[]): LockedPackage[] {
  return packages.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function inKeyOrder(locked: LockedPackage): LockedPackage {
  const { name, version, arch, path, size, sha256, repository, layer = 1 } = locked;
  const rest = { ...(repository !== undefined && { repository }), ...(layer > 1 && { layer }) };
  return { name, version, arch, path, size, sha256, ...rest };
}

function byFirst([a]: [string, string], [b]: [string, string]): number {
  return a < b ? -1 : 1;
}

function findContradiction(lock: PackagesLock): { path: string[]; problem: string } | undefined {
  const { format, requested, layers, packages } = lock;
  const at = (index: number) => ['packages', String(index)];
  const names = packages.map(({ name }) => name);
  const twice = names.findIndex((name, index) => names.indexOf(name) !== index);
  if (twice !== -1) return { path: at(twice), problem: `${names[twice]} is locked twice` };
  const isLayered = requested !== undefined && layers !== undefined;
  const hasNone = requested === undefined && layers === undefined;
  if (format === 2 ? !isLayered : !hasNone) {
    return {
      path: ['format'],
      problem: `format ${format} has ${format === 2 ? '' : 'no '}requested and layers`,
    };
  }
  const count = layers?.length ?? 1;
  const beyond = packages.findIndex(({ layer = 1 }) => layer > count);
  if (beyond !== -1)
    return { path: at(beyond), problem: `${names[beyond]} is in a layer beyond the ${count}` };
  const used = new Set(packages.map(({ layer = 1 }) => layer));
  if (packages.length > 0 && used.size < count)
    return { path: ['layers'], problem: 'a layer has no package' };
  for (const [spec, name] of Object.entries(requested ?? {})) {
    const path = ['requested', spec];
    const problem = packageNameProblem(spec);
    if (problem) return { path, problem };
    if (!names.includes(name)) return { path, problem: `${name} is requested and not locked` };
  }
  return undefined;
}
