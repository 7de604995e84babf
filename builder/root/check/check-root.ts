import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import type { Definition } from '../../definition/definition.ts';
import { placeOf } from '../../definition/place-of.ts';
import type { Tree } from '../../tree/entries/entry.ts';
import { follow } from '../../tree/entries/follow.ts';
import { matchPaths } from '../../tree/entries/match-paths.ts';
import { checkDkms } from './check-dkms.ts';
import { checkLayout } from './check-layout.ts';
import { checkUnits } from './check-units.ts';
import type { Finding } from './finding.ts';
import { neededFiles } from './needed-files.ts';
import { absence, nameOf, openPrograms, type Programs } from './programs.ts';

/**
 * Checks a finished root: whether it starts, whether its units start, whether its agent can update it. Returns what is probably harmless, in
 * words. Throws `image_incomplete` with everything that is not.
 */
export async function checkRoot(
  tree: Tree,
  definition: Definition,
  kernelRelease: string,
): Promise<string[]> {
  const programs = openPrograms(tree, definition.arch);
  const findings = [
    ...(await checkLayout(tree, kernelRelease)),
    ...(await checkDkms(tree, kernelRelease)),
    ...(await checkFiles(tree, definition, programs)),
    ...(await checkUnits(tree, definition.units, programs)),
  ];
  const texts = (isWarning: boolean) => [
    ...new Set(
      findings.filter((each) => each.isWarning === isWarning).map((each) => explain(each, definition)),
    ),
  ];
  const problems = texts(false);
  if (problems.length > 0) {
    const lines = problems.map((text) => `\n  ${text}`).join('');
    throw new InterlockError('image_incomplete', { image: definition.name, lines });
  }
  return texts(true);
}

async function checkFiles(tree: Tree, definition: Definition, programs: Programs): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { path, reason, isProgram } of neededFiles(definition)) {
    const isThere = follow(tree, path)?.type === 'file';
    const missing = isProgram ? await programs(path) : isThere ? undefined : absence(tree, path);
    if (!missing) continue;
    const name = missing.path === path ? `/${path} (${reason})` : nameOf(missing);
    findings.push({ text: `${name} ${missing.problem}`, path: missing.path, isWarning: false });
  }
  return findings;
}

/** Adds the line of the definition that took a missing path away. */
function explain({ text, path }: Finding, definition: Definition): string {
  const glob = path === null ? undefined : definition.remove.find((each) => takes(each, path));
  if (glob === undefined) return text;
  const { file, line } = placeOf(definition, ['remove'], glob);
  return `${text}: ${file}:${line} removes "${glob}"`;
}

/** True for a library or program that is known by its name alone, too. */
function takes(glob: string, path: string): boolean {
  const isUnwanted = matchPaths([glob]);
  if (path.includes('/') || isUnwanted(path)) return isUnwanted(path);
  return usualFolders.some((folder) => isUnwanted(`${folder}/${path}`));
}

const libraries = ['usr/lib/x86_64-linux-gnu', 'usr/lib/aarch64-linux-gnu'];
const usualFolders = [
  'usr/bin',
  'usr/sbin',
  'usr/lib',
  ...libraries,
  ...libraries.map((folder) => `${folder}/systemd`),
];
