import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Request } from '../../../packaging/package.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../../..');
/** The last commit without Debian packages; its database has an earlier schema. */
const former = '67a2456e';
/** What makes packages, and what they expect of the tree. */
const packaging = [
  'packaging',
  'update-server/dist',
  'update-server/ui/bundle.ts',
  'update-server/ui/bundle-sources.ts',
];

/** Makes packages as if those of today had been made of the former release. */
export async function makeFormerPackages(request: Request): Promise<string[]> {
  await run('git', ['-C', root, 'cat-file', '-e', `${former}^{commit}`]).catch(() => {
    throw new Error(`commit ${former} is not in this clone: git fetch --unshallow`);
  });
  const dir = await mkdtemp(join(root, '.cache/former-'));
  try {
    await run('sh', ['-c', 'git -C "$0" archive "$1" | tar -x -C "$2"', root, former, dir]);
    for (const path of packaging) await cp(join(root, path), join(dir, path), { recursive: true });
    await symlink(join(root, 'node_modules'), join(dir, 'node_modules'));
    const program = `import { makePackages } from './packaging/package.ts';
process.stdout.write(JSON.stringify(await makePackages(${JSON.stringify(request)})));`;
    await writeFile(join(dir, 'make.ts'), program);
    // what is packaged is what git lists
    await run('sh', ['-euc', 'git init -q && git add -A'], { cwd: dir });
    const { stdout } = await run(process.execPath, ['make.ts'], { cwd: dir });
    return JSON.parse(stdout);
  } finally {
    await rm(dir, { recursive: true });
  }
}
