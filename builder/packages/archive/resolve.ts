import { join, relative } from 'node:path';
import type { Arch } from '../../../protocol/schema/schema.ts';
import { temporaryPrefix, withScratch } from '../../../system/files/scratch.ts';
import { run } from '../../../system/process/run.ts';
import type { Definition } from '../../definition/definition.ts';
import { parsePackageName } from '../../definition/package-name.ts';
import { controlField } from '../control/control-field.ts';
import { stanzasOf } from '../control/read-controls.ts';
import { layPackages } from '../lock/lock-layers.ts';
import { type LockedPackage, type PackagesLock, sortPackages } from '../lock/packages-lock.ts';
import { requestedPackages } from '../lock/requested-packages.ts';
import { aptEnvironment } from '../network/apt-network.ts';
import type { Mirror } from '../network/mirror.ts';
import { findNetwork } from '../network/network.ts';
import { aptRoot } from './apt-root.ts';
import { type AptSource, aptSources } from './apt-sources.ts';
import { indexFolder } from './index-folder.ts';
import { type Origin, parseUris } from './parse-uris.ts';
import { refuseInitrdTools } from './refuse-initrd-tools.ts';
import { solve } from './solve.ts';
import { solveUnpacked } from './solve-unpacked.ts';
import { checkComponents, suiteProblem } from './suite-problem.ts';
import { expiredSuites, newestDate, readSuiteReleases } from './suite-releases.ts';
import { takeKeys } from './take-keys.ts';
import { updateIndexes } from './update-indexes.ts';

/**
 * Asks apt, in a root of its own, which packages an image needs today, and lays them over the layers of the lock
 * `before`. Throws `package_unknown`, `mirror_failed`, and `index_expired` unless expired indexes are allowed:
 * the lock names them then.
 */
export async function resolve(
  definition: Definition,
  arch: Arch,
  mirror: Mirror,
  { allowExpired = false, before }: { allowExpired?: boolean; before?: PackagesLock } = {},
): Promise<PackagesLock> {
  return withScratch(temporaryPrefix(), async (root) => {
    const network = await findNetwork();
    const folders = await indexFolders(root, definition);
    const sources = await takeKeys(root, definition, aptSources(definition, mirror));
    const all = [...sources, ...folders.map(({ source }) => source)];
    const config = await aptRoot(root, all, { arch, network, allowExpired });
    await updateIndexes(config).catch((error) => {
      throw suiteProblem(error, definition);
    });
    const releases = await readSuiteReleases(join(root, 'lists'));
    checkComponents(definition, releases);
    const origins = [...originsOf(definition, mirror), ...folders.map(({ origin }) => origin)];
    const packages = sortPackages(parseUris(await solve(config, definition, arch), origins));
    const unpacked = sortPackages(parseUris(await solveUnpacked(config, arch), origins));
    const controls = await readChosen(config, packages);
    refuseInitrdTools(definition, controls);
    const requested = requestedPackages(definition, arch, controls);
    const expired = allowExpired ? expiredSuites(releases, Date.now()) : [];
    const date = newestDate(releases);
    const recommends = definition.recommends.map((spec) => parsePackageName(spec).name).toSorted();
    const asked = { requested, ...(recommends.length > 0 && { recommends }) };
    const head = { format: 2 as const, suite: definition.suite, arch, date, ...asked, layers: [date] };
    const more = { ...(expired.length > 0 && { expired }), ...(unpacked.length > 0 && { unpacked }) };
    const chosen = { ...head, ...more, packages };
    return layPackages(chosen, before, essentialAmong(controls));
  });
}

function originsOf({ repositories }: Definition, { main, security }: Mirror): Origin[] {
  const urls = repositories.flatMap((each) => (each.kind === 'url' ? each.url : []));
  return [
    { base: `${main}/` },
    ...(security === null ? [] : [{ base: `${security}/` }]),
    // what lies at the mirror itself is the mirror's
    ...urls.filter((url) => url !== main).map((url) => ({ base: `${url}/`, repository: url })),
  ];
}

/** Makes a source of apt out of each folder of packages. */
async function indexFolders(root: string, { dir, repositories }: Definition) {
  const found: { source: AptSource; origin: Origin }[] = [];
  for (const each of repositories) {
    if (each.kind !== 'folder') continue;
    const index = join(root, `folder-${found.length}`);
    const paths = await indexFolder(each.folder, index);
    const source = { uri: `copy:${index}`, suite: './', components: [], keyring: null };
    const repository = relative(dir, each.folder) || '.';
    found.push({ source, origin: { base: `copy:${index}/`, repository, paths } });
  }
  return found;
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
