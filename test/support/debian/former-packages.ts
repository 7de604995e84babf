import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Request } from '../../../packaging/package.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../../..');
/** The last commit without Debian packages; its database has an earlier schema. */
const former = '67a2456e';
/** The first commit that makes packages, which suits that tree. */
const packager = '45785bb3';
/** What makes packages, and what they expect of the tree. */
const packaging = [
  'packaging',
  'update-server/dist',
  'update-server/ui/bundle.ts',
  'update-server/ui/bundle-sources.ts',
];

/** Makes packages of the former release, as the first packages were made. */
export async function makeFormerPackages(request: Request): Promise<string[]> {
  for (const commit of [former, packager]) {
    await run('git', ['-C', root, 'cat-file', '-e', `${commit}^{commit}`]).catch(() => {
      throw new Error(`commit ${commit} is not in this clone: git fetch --unshallow`);
    });
  }
  const dir = await mkdtemp(join(root, '.cache/former-'));
  try {
    await run('sh', ['-c', 'git -C "$0" archive "$1" | tar -x -C "$2"', root, former, dir]);
    const added = packaging.join(' ');
    await run('sh', ['-c', `git -C "$0" archive "$1" ${added} | tar -x -C "$2"`, root, packager, dir]);
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
