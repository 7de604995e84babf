import { join } from 'node:path';
import { line } from '../../protocol/text/visible.ts';
import { digestFile } from '../build-host/digest.ts';
import { compareRoots } from '../root/compare-roots.ts';

/** One thing in which two releases differ: a file of the release, or a path inside its root. */
export interface Difference {
  file: string;
  /** A path in the root; null for the file as a whole. */
  path: string | null;
  problem: 'missing' | 'added' | 'changed';
  /** What brought a path of the root, for people. */
  origin?: string;
}

/** What a build makes and signing does not change. */
const compared = ['root.erofs', 'root.verity', 'loader.efi', 'packages.lock', 'sbom.cdx.json'];
/** What signing changes: a Secure Boot signature in the boot file, and everything that holds its hash. */
const untilSigned = ['boot.efi', 'payload.full', 'release.json', 'provenance.intoto.json'];

/** Lists how a release made again differs from the first one; for the root, path by path. */
export async function compareReleases(
  first: string,
  again: string,
  isSigned: boolean,
): Promise<Difference[]> {
  const differences: Difference[] = [];
  for (const file of [...compared, ...(isSigned ? [] : untilSigned)]) {
    const [before, after] = await Promise.all([digestOf(join(first, file)), digestOf(join(again, file))]);
    if (before === after) continue;
    differences.push({ file, path: null, problem: problemOf(before, after) });
    if (file === 'root.erofs' && before && after) {
      for (const { path, from, to } of await compareRoots(join(first, file), join(again, file))) {
        differences.push({ file, path, problem: problemOf(from ?? undefined, to ?? undefined) });
      }
    }
  }
  return differences;
}

/** The differences as text, indented if they are inside a file. */
export function formatDifferences(differences: readonly Difference[]): string {
  const lines = differences.map(({ file, path, problem, origin }) => {
    return path === null
      ? line`${file} ${problem}`
      : line`  /${path} ${problem}${origin ? `, ${origin}` : ''}`;
  });
  return lines.join('\n');
}

async function digestOf(file: string): Promise<string | undefined> {
  // reported as missing or added
  return (await digestFile(file).catch(() => undefined))?.sha256;
}

function problemOf(before: unknown, after: unknown): Difference['problem'] {
  if (before === undefined) return 'added';
  return after === undefined ? 'missing' : 'changed';
}
