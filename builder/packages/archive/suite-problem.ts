import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { suggest } from '../../../protocol/text/suggest.ts';
import type { Definition } from '../../definition/definition.ts';
import { placeOfValue } from '../../definition/place-of.ts';
import type { SuiteRelease } from './suite-releases.ts';

/** Names the line of a suite that a mirror does not have; other errors stay as they are. */
export function suiteProblem(error: unknown, definition: Definition): unknown {
  if (!(error instanceof InterlockError) || error.code !== 'mirror_failed') return error;
  const missing = String(error.details.problem).matchAll(
    /The repository '(\S+) (\S+) Release' does not have a Release file/g,
  );
  const named = suitesOf(definition);
  for (const [, uri = '', suite = ''] of missing) {
    if (!named.some((each) => each.suite === suite)) continue;
    const problem = `there is no suite ${suite} at ${uri}`;
    const place = placeOfValue(definition, 'suite', suite);
    return new InterlockError('definition_invalid', { ...place, problem }, { cause: error });
  }
  return error;
}

/** Refuses a component that a suite does not have: apt only warns. Throws `definition_invalid` with the line. */
export function checkComponents(definition: Definition, releases: readonly SuiteRelease[]): void {
  for (const { suite, components } of suitesOf(definition)) {
    const release = releases.find((each) => each.codename === suite || each.suite === suite);
    if (!release || release.components.length === 0) continue;
    const known = release.components.map((name) => name.replace(/^.*\//, ''));
    const unknown = components.find((name) => !known.includes(name));
    if (unknown === undefined) continue;
    const meant = suggest(unknown, known);
    const hint = meant ? `did you mean ${meant}?` : `it has ${known.join(', ')}`;
    const place = placeOfValue(definition, 'components', unknown);
    const problem = `${suite} has no component ${unknown}; ${hint}`;
    throw new InterlockError('definition_invalid', { ...place, problem });
  }
}

function suitesOf({ suite, components, repositories }: Definition) {
  return [{ suite, components }, ...repositories.flatMap((each) => (each.kind === 'folder' ? [] : [each]))];
}
