import { readBody, type Tree } from '../../tree/entries/entry.ts';
import type { Finding } from './finding.ts';

const configuration = /^usr\/src\/([^/]+)\/dkms\.conf$/;

/**
 * Looks whether the sources that DKMS packages bring were built for the kernel that boots: their scripts end well when
 * the compiler or the headers are not there. Some are not meant for every kernel, so what is missing is a warning.
 */
export async function checkDkms(tree: Tree, kernelRelease: string): Promise<Finding[]> {
  const modules = new Set(
    [...tree.keys()]
      .filter((path) => path.startsWith(`usr/lib/modules/${kernelRelease}/`))
      .flatMap((path) => /\/([^/]+)\.ko(?:\.\w+)?$/.exec(path)?.[1]?.replaceAll('-', '_') ?? []),
  );
  const findings: Finding[] = [];
  for (const entry of tree.values()) {
    const [, source] = configuration.exec(entry.path) ?? [];
    if (source === undefined || entry.type !== 'file') continue;
    const names = builtModules((await readBody(entry.body)).toString('utf8'));
    if (names.length === 0 || names.some((name) => modules.has(name.replaceAll('-', '_')))) continue;
    const takes = `${headersOf(kernelRelease)} and a compiler among packages`;
    const text = `/usr/src/${source} was not built for the kernel ${kernelRelease}: ${names[0]}.ko is missing; DKMS takes ${takes}`;
    findings.push({ text, path: null, isWarning: true });
  }
  return findings;
}

/** The modules that a dkms.conf names; without one the package's name is that of its module. */
function builtModules(text: string): string[] {
  const value = (key: string) => new RegExp(`^\\s*${key}=["']?([^"'\\s]+)`, 'm').exec(text)?.[1] ?? '';
  const named = [...text.matchAll(/^\s*BUILT_MODULE_NAME(?:\[\d+\])?=["']?([^"'\s]+)/gm)].map(
    ([, name = '']) => name,
  );
  const known = named.length > 0 ? named : [value('PACKAGE_NAME')];
  return known
    .map((name) => name.replace(/\$\{?PACKAGE_NAME\}?/g, value('PACKAGE_NAME')))
    .filter((name) => name !== '' && !name.includes('$'));
}

/** The package that follows Debian's kernels of a flavour: `6.12.1+deb13-cloud-amd64` is of linux-headers-cloud-amd64. */
function headersOf(kernelRelease: string): string {
  const flavour = /^[^-]*(?:-\d+)?-(.+)$/.exec(kernelRelease)?.[1];
  return `linux-headers-${flavour ?? kernelRelease}`;
}
