import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
/** The last commit whose programs refuse unknown fields. */
const former = '8e6b219';

/** The programs of the release before fields could be added, in a folder of their own. */
export interface FormerRelease {
  dir: string;
  cli: string;
  agent: string;
  remove(): Promise<void>;
}

/** Lays out the former release from the repository's history. */
export async function layOutFormerRelease(): Promise<FormerRelease> {
  await run('git', ['-C', root, 'cat-file', '-e', `${former}^{commit}`]).catch(() => {
    throw new Error(`commit ${former} is not in this clone: git fetch --unshallow`);
  });
  const dir = await mkdtemp(join(tmpdir(), 'interlock-former-'));
  await run('sh', ['-c', 'git -C "$0" archive "$1" | tar -x -C "$2"', root, former, dir]);
  await symlink(join(root, 'node_modules'), join(dir, 'node_modules'));
  return {
    dir,
    cli: join(dir, 'cli/main.ts'),
    agent: join(dir, 'agent/cli/main.ts'),
    remove: () => rm(dir, { recursive: true, force: true }),
  };
}
