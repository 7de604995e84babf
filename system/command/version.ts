import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import manifest from '../../package.json' with { type: 'json' };

/** Which program this is: its version, and the commit that it was made from where that is known. */
export function programVersion(): { version: string; commit: string | null } {
  return { version: manifest.version, commit: builtFrom() ?? checkedOut() };
}

/** What the bundle of a package says about itself. */
function builtFrom(): string | undefined {
  return (globalThis as { INTERLOCK_COMMIT?: string }).INTERLOCK_COMMIT;
}

/** The commit of the checkout that the sources run from; null in a bundle, and where git cannot tell. */
function checkedOut(): string | null {
  const root = join(import.meta.dirname, '../..');
  if (!existsSync(join(root, '.git'))) return null;
  const args = ['-C', root, 'rev-parse', '--short=12', 'HEAD'];
  const { status, stdout } = spawnSync('git', args, { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : null;
}
