import { readBody, type Tree } from '../../tree/entries/entry.ts';
import { follow } from '../../tree/entries/follow.ts';
import type { Finding } from './finding.ts';
import { mergedFolders, neededFolders } from './needed-files.ts';

const mountedByInitrd = ['/', '/etc', '/var', '/usr'];

/** Checks what an initrd and systemd presuppose of a root's folders. */
export async function checkLayout(tree: Tree, kernelRelease: string): Promise<Finding[]> {
  const findings: Finding[] = [];
  const add = (text: string, path: string | null = null, isWarning = false) =>
    findings.push({ text, path, isWarning });
  for (const folder of neededFolders) {
    const type = tree.get(folder)?.type;
    if (type !== 'directory')
      add(`/${folder} ${type ? `is a ${type}` : 'is missing'} and must be a folder`, folder);
  }
  for (const folder of mergedFolders) {
    if (tree.get(folder)?.type === 'symlink' && follow(tree, folder)?.path === `usr/${folder}`) continue;
    const what = tree.get(folder)?.type === 'directory' ? 'is a folder' : 'is missing or leads elsewhere';
    add(
      `/${folder} ${what} and must lead to usr/${folder}: have what brings it put its files under /usr`,
      folder,
    );
  }
  const modules = [...tree.keys()].flatMap((path) => /^usr\/lib\/modules\/([^/]+)$/.exec(path)?.[1] ?? []);
  if (!modules.includes(kernelRelease)) {
    add(
      `/usr/lib/modules/${kernelRelease} is missing: the kernel of this image loads no module`,
      `usr/lib/modules/${kernelRelease}`,
    );
  }
  for (const other of modules.filter((release) => release !== kernelRelease)) {
    add(
      `/usr/lib/modules/${other} is of a kernel that does not boot here: ${kernelRelease} does`,
      null,
      true,
    );
  }
  if (tree.get('etc/machine-id')?.type !== 'file')
    add('/etc/machine-id is missing: nothing can be mounted in its place', 'etc/machine-id');
  for (const place of await fstabPlaces(tree)) {
    if (mountedByInitrd.includes(place))
      add(`/etc/fstab mounts ${place}, which the initrd has mounted: remove that line`);
  }
  return findings;
}

async function fstabPlaces(tree: Tree): Promise<string[]> {
  const entry = follow(tree, 'etc/fstab');
  if (entry?.type !== 'file') return [];
  const lines = (await readBody(entry.body)).toString('utf8').split('\n');
  return lines.filter((line) => !/^\s*#/.test(line)).flatMap((line) => line.trim().split(/\s+/)[1] ?? []);
}
