import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { stubPackage } from '../../packages/lock/initrd-stub.ts';
import type { PackagesLock } from '../../packages/lock/packages-lock.ts';
import { readBody, type Tree } from '../entries/entry.ts';

const status = 'var/lib/dpkg/status';

/** Compares dpkg's own list with the lock, both ways: a set that "mostly" follows its lock is not locked. */
export async function checkInstalled(tree: Tree, lock: PackagesLock): Promise<void> {
  const entry = tree.get(status);
  const text = entry ? (await readBody(entry.body)).toString('utf8') : '';
  const installed = new Set(parseStatus(text));
  const locked = new Set(lock.packages.map(({ name, version }) => `${name} ${version}`));
  const extra = [...installed].filter((name) => !locked.has(name) && !name.startsWith(`${stubPackage} `));
  const absent = [...locked].filter((name) => !installed.has(name));
  const problems = [
    ...extra.map((name) => `${name} is installed and not locked`),
    ...absent.map((name) => `${name} is locked and not installed`),
  ];
  if (problems.length > 0) {
    throw new InterlockError('bad_input', { what: 'packages.lock', problem: problems.join('; ') });
  }
}

/** Installed packages of a dpkg status file as "name version"; half-installed ones count with their state. */
function parseStatus(text: string): string[] {
  return text.split(/\n\n+/).flatMap((stanza) => {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(stanza)?.[1] ?? '';
    if (!stanza.trim()) return [];
    const state = field('Status') === 'install ok installed' ? '' : ` (${field('Status')})`;
    return [`${field('Package')} ${field('Version')}${state}`];
  });
}
