import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { suggest } from '../../../protocol/text/suggest.ts';
import { visible } from '../../../protocol/text/visible.ts';
import { run } from '../../../system/process/run.ts';
import type { Definition } from '../../definition/definition.ts';
import { parsePackageName } from '../../definition/package-name.ts';
import { placeOf } from '../../definition/place-of.ts';
import { refuseAll } from '../../definition/refuse-all.ts';
import { packageUnknown, providersIn, virtualPackage } from '../lock/requested-packages.ts';
import { aptEnvironment } from '../network/apt-network.ts';
import { redact } from '../network/redact.ts';
import { toolProblem } from './tool-problem.ts';

const shownVersions = 6;
/** What apt says of names and versions that it does not have: it says all of them. */
const unavailable =
  /(?:Version|Release) '[^']*' for '([^']+)' was not found|Unable to locate package (\S+)|Package '?([a-z0-9.+-]+)'? has no installation candidate/g;

/**
 * Explains in the definition's terms why apt could not satisfy it: `names` are what apt was to install. Throws
 * `definition_invalid` for several names or versions that there are not.
 */
export async function explainFailure(
  error: unknown,
  config: string,
  definition: Definition,
  names: readonly string[],
): Promise<unknown> {
  if (!(error instanceof InterlockError) || error.code !== 'tool_failed') return error;
  const output = String(error.details.output);
  const cache = (...args: string[]) => run('apt-cache', args, { env: aptEnvironment(config) });
  const problems: InterlockError[] = [];
  for (const [, unfound, ...missing] of output.matchAll(unavailable)) {
    const name = unfound ?? missing.find((each) => each !== undefined)!;
    const providers = unfound === undefined ? providersIn(await cache('showpkg', name)) : [];
    if (unfound) problems.push(versionUnknown(definition, names, unfound, await cache('madison', unfound)));
    else if (providers.length > 0) problems.push(virtualPackage(definition, name, providers));
    else problems.push(packageUnknown(definition, name, await nearName(name, cache)));
  }
  if (problems.length > 0) return together(problems);
  const unmet = await unmetDependencies(config, names);
  if (unmet) return new InterlockError('packages_conflict', { lines: unmet });
  return toolProblem(error, (problem) => ({ what: 'a set of packages', problem }));
}

/** The one error, or a refusal with the line of each. */
function together(errors: readonly InterlockError[]): InterlockError {
  const unique = [...new Map(errors.map((each) => [each.message, each])).values()];
  if (unique.length > 1) {
    refuseAll(
      unique.map(({ message, details }) => {
        const place = { file: String(details.file), line: Number(details.line) };
        return { ...place, problem: message.slice(`${visible(place.file)}:${place.line}: `.length) };
      }),
    );
  }
  return unique[0]!;
}

function versionUnknown(
  definition: Definition,
  names: readonly string[],
  name: string,
  madison: string,
): InterlockError {
  const spec = names.find((text) => parsePackageName(text).name === name && text !== name) ?? name;
  const found = madison.split('\n').flatMap((line) => {
    const [, version = '', where = ''] = line.split('|').map((part) => part.trim());
    const [uri = '', suite = ''] = where.split(' ');
    if (!version) return [];
    return uri.startsWith('copy:') ? `${version} in a folder` : `${version} in ${suite} of ${redact(uri)}`;
  });
  const shown = found.slice(0, shownVersions).join(', ') || 'none';
  return new InterlockError('version_unknown', {
    ...placeOfSpec(definition, spec),
    wish: spec,
    found: shown,
  });
}

function placeOfSpec(definition: Definition, spec: string): { file: string; line: number } {
  if (definition.kernel === spec) return placeOf(definition, ['kernel']);
  return placeOf(definition, [definition.packages.includes(spec) ? 'packages' : 'recommends'], spec);
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

/** apt prints on standard output which packages conflict, and only without `-q`. */
async function unmetDependencies(config: string, names: readonly string[]): Promise<string | undefined> {
  const command = 'apt-get -s install "$@" 2>&1 || :';
  const text = await run('sh', ['-c', command, 'sh', ...names], { env: aptEnvironment(config) });
  const list = /The following packages have unmet dependencies:\n((?: .*\n)+)/.exec(text)?.[1];
  return list && `\n${list.trimEnd()}`;
}
