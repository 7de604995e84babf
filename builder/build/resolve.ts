import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InterlockError } from '../../protocol/errors.ts';
import type { Arch } from '../../protocol/schema.ts';
import { run } from '../../system/run.ts';
import type { Definition } from '../define/definition.ts';
import { placeOf } from '../define/line-of.ts';
import { parsePackageName } from '../define/package-name.ts';
import { suggest } from '../define/suggest.ts';
import { aptRoot } from './archive/apt-root.ts';
import { aptSources } from './archive/apt-sources.ts';
import { expiredSuites, newestDate, type ReleaseFile, readReleaseFiles } from './archive/release-files.ts';
import { toolProblem } from './archive/tool-problem.ts';
import { updateIndexes } from './archive/update-indexes.ts';
import { controlField } from './control-field.ts';
import { layPackages } from './lock-layers.ts';
import type { Mirror } from './mirror.ts';
import { aptEnvironment } from './network/apt-network.ts';
import { findNetwork } from './network/network.ts';
import { type LockedPackage, type PackagesLock, sortPackages } from './packages-lock.ts';
import { stanzasOf } from './read-controls.ts';
import { providersIn, requestedPackages, virtualPackage } from './requested-packages.ts';
import { requiredPackages } from './required-packages.ts';

/**
 * Asks apt, in a root of its own, which packages an image needs today, and lays them over the layers of the lock
 * `before`. Throws `package_unknown`, `mirror_failed`, and `index_expired` unless indexes whose time is over are allowed:
 * the lock names them then.
 */
export async function resolve(
  definition: Definition,
  arch: Arch,
  mirror: Mirror,
  { allowExpired = false, before }: { allowExpired?: boolean; before?: PackagesLock } = {},
): Promise<PackagesLock> {
  const root = await mkdtemp(join(tmpdir(), 'interlock-apt-'));
  try {
    const network = await findNetwork();
    const config = await aptRoot(root, aptSources(definition, mirror), { arch, network, allowExpired });
    await updateIndexes(config);
    const releases = await readReleaseFiles(join(root, 'lists'));
    checkComponents(definition, releases);
    const packages = sortPackages(parseUris(await solve(config, definition, arch), mirror));
    const controls = await readChosen(config, packages);
    const requested = requestedPackages(definition, arch, controls);
    const expired = allowExpired ? expiredSuites(releases, Date.now()) : [];
    const date = newestDate(releases);
    const head = { format: 2 as const, suite: definition.suite, arch, date, requested, layers: [date] };
    const chosen = { ...head, ...(expired.length > 0 && { expired }), packages };
    return layPackages(chosen, before, essentialAmong(controls));
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** Reads apt's `--print-uris` lines: `'uri' name_version_arch.deb size SHA256:hash`. */
export function parseUris(text: string, mirror: Mirror): LockedPackage[] {
  const bases = [mirror.security, mirror.main].filter((base) => base !== null).map((base) => `${base}/`);
  return text.split('\n').flatMap((line) => {
    const match = /^'([^']+)' (\S+)_(\S+)_(\S+)\.deb (\d+) SHA256:([0-9a-f]{64})/.exec(line);
    if (!match) return [];
    const [, uri = '', name = '', version = '', arch = '', size = '', sha256 = ''] = match;
    const base = bases.find((candidate) => uri.startsWith(candidate));
    if (!base) throw new InterlockError('mirror_failed', { what: name, problem: `it lies at ${uri}` });
    const path = decodeURIComponent(uri.slice(base.length));
    return [{ name, version: decodeURIComponent(version), arch, path, size: Number(size), sha256 }];
  });
}

/** apt only warns of a component that a suite does not have. */
function checkComponents(definition: Definition, releases: readonly ReleaseFile[]): void {
  const { suite, components } = definition;
  const release = releases.find((each) => each.codename === suite || each.suite === suite);
  if (!release || release.components.length === 0) return;
  const known = release.components.map((name) => name.replace(/^.*\//, ''));
  const unknown = components.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const meant = suggest(unknown, known);
  const hint = meant ? `did you mean ${meant}?` : `it has ${known.join(', ')}`;
  const problem = `${suite} has no component ${unknown}; ${hint}`;
  const place = placeOf(definition, ['components'], unknown);
  throw new InterlockError('definition_invalid', { ...place, problem });
}

/** The stanzas of chosen packages in the indexes. */
async function readChosen(config: string, packages: readonly LockedPackage[]): Promise<string[]> {
  const versions = packages.map(({ name, version }) => `${name}=${version}`);
  return stanzasOf(await run('apt-cache', ['show', ...versions], { env: aptEnvironment(config) }));
}

function essentialAmong(controls: readonly string[]): Set<string> {
  const essential = controls.filter((control) => controlField(control, 'Essential') === 'yes');
  return new Set(essential.map((control) => controlField(control, 'Package')));
}

async function solve(config: string, definition: Definition, arch: Arch): Promise<string> {
  const packages = ['?essential', ...requiredPackages(definition, arch)];
  try {
    return await run('apt-get', ['-qq', '-y', '--print-uris', 'install', ...packages], {
      env: aptEnvironment(config),
    });
  } catch (error) {
    const unknown = unknownPackage(error, definition);
    if (!unknown) throw toolProblem(error, (problem) => ({ what: 'a set', problem }));
    const name = String(unknown.details.package);
    const providers = providersIn(await run('apt-cache', ['showpkg', name], { env: aptEnvironment(config) }));
    throw providers.length > 0 ? virtualPackage(definition, name, providers) : unknown;
  }
}

function unknownPackage(error: unknown, definition: Definition): InterlockError | undefined {
  if (!(error instanceof InterlockError) || error.code !== 'tool_failed') return undefined;
  const output = String(error.details.output);
  const name = /Unable to locate package (\S+)|Package '?([a-z0-9.+-]+)'? has no installation candidate/.exec(
    output,
  );
  if (!name) return undefined;
  const missing = name[1] ?? name[2] ?? '';
  const wish = definition.packages.find((text) =>
    [missing, `${missing}+`].includes(parsePackageName(text).name),
  );
  const details = {
    ...placeOf(definition, ['packages'], wish ?? missing),
    package: missing,
    suite: definition.suite,
  };
  return new InterlockError('package_unknown', details, { cause: error });
}
