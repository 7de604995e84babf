import { InterlockError } from '../../../protocol/errors.ts';
import { run } from '../../../system/run.ts';
import type { Definition } from '../../define/definition.ts';
import { placeOf } from '../../define/line-of.ts';
import { parsePackageName } from '../../define/package-name.ts';
import { suggest } from '../../define/suggest.ts';
import { packageUnknown, providersIn, virtualPackage } from '../lock/requested-packages.ts';
import { aptEnvironment } from '../network/apt-network.ts';
import { redact } from '../network/redact.ts';
import { toolProblem } from './tool-problem.ts';

const shownVersions = 6;

/** Says in the definition's terms why apt could not satisfy it: `names` are what apt was asked to install. */
export async function explainFailure(
  error: unknown,
  config: string,
  definition: Definition,
  names: readonly string[],
): Promise<unknown> {
  if (!(error instanceof InterlockError) || error.code !== 'tool_failed') return error;
  const output = String(error.details.output);
  const cache = (...args: string[]) => run('apt-cache', args, { env: aptEnvironment(config) });
  const unfound = /(?:Version|Release) '[^']*' for '([^']+)' was not found/.exec(output)?.[1];
  if (unfound) return versionUnknown(definition, names, unfound, await cache('madison', unfound));
  const [, first, second] =
    /Unable to locate package (\S+)|Package '?([a-z0-9.+-]+)'? has no installation candidate/.exec(output) ??
    [];
  const missing = first ?? second;
  if (missing) {
    const providers = providersIn(await cache('showpkg', missing));
    if (providers.length > 0) return virtualPackage(definition, missing, providers);
    return packageUnknown(definition, missing, await nearName(missing, cache));
  }
  const unmet = await unmetDependencies(config, names);
  if (unmet) return new InterlockError('packages_conflict', { lines: unmet });
  return toolProblem(error, (problem) => ({ what: 'a set of packages', problem }));
}

function versionUnknown(
  definition: Definition,
  names: readonly string[],
  name: string,
  madison: string,
): InterlockError {
  const wish = names.find((text) => parsePackageName(text).name === name && text !== name) ?? name;
  const found = madison.split('\n').flatMap((line) => {
    const [, version = '', where = ''] = line.split('|').map((part) => part.trim());
    const [uri = '', suite = ''] = where.split(' ');
    if (!version) return [];
    return uri.startsWith('copy:') ? `${version} in a folder` : `${version} in ${suite} of ${redact(uri)}`;
  });
  const shown = found.slice(0, shownVersions).join(', ') || 'none';
  return new InterlockError('version_unknown', { ...placeOfWish(definition, wish), wish, found: shown });
}

function placeOfWish(definition: Definition, wish: string): { file: string; line: number } {
  if (definition.kernel === wish) return placeOf(definition, ['kernel']);
  return placeOf(definition, [definition.packages.includes(wish) ? 'packages' : 'recommends'], wish);
}

/** A name that was probably meant, among all there are. */
async function nearName(
  name: string,
  cache: (...args: string[]) => Promise<string>,
): Promise<string | undefined> {
  const reach = Math.max(1, Math.floor(name.length / 3));
  const known = (await cache('pkgnames')).split('\n');
  return suggest(
    name,
    known.filter((each) => Math.abs(each.length - name.length) <= reach),
  );
}

/** apt tells on standard output what does not fit, and only when it is not quiet. */
async function unmetDependencies(config: string, names: readonly string[]): Promise<string | undefined> {
  const command = 'apt-get -s install "$@" 2>&1 || :';
  const text = await run('sh', ['-c', command, 'sh', ...names], { env: aptEnvironment(config) });
  const list = /The following packages have unmet dependencies:\n((?: .*\n)+)/.exec(text)?.[1];
  return list && `\n${list.trimEnd()}`;
}
