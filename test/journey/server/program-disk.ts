import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../../system/process/run.ts';

const home = join(import.meta.dirname, '../../..');
/** What `interlock serve` loads. The operators' page stays out: bundling it would take longer than the power lasts. */
const sources = ['cli', 'update-server', 'protocol', 'system', 'package.json'];
/** An image brings its own. */
export const nodeInGuest = '/usr/lib/interlock/node';
const runtime = /^node_modules\/node-linux-/;
const main = 'cli/main.ts';
const compiled = 'compiled';

/** Packs the program and the packages it runs on, as they are in this checkout, into a read-only disk. */
export async function packProgram(disk: string): Promise<void> {
  const tree = await mkdtemp(join(tmpdir(), 'interlock-program-'));
  try {
    for (const path of [...sources, ...(await packages())]) {
      await cp(join(home, path), join(tree, path), { recursive: true, verbatimSymlinks: true });
    }
    const env = { ...process.env, ...compileCache(tree) };
    await run(process.execPath, [join(tree, main), 'serve', '--help'], { env });
    await run('mkfs.erofs', ['--quiet', '-T0', '--all-root', disk, tree]);
  } finally {
    await rm(tree, { recursive: true });
  }
}

/** The command that runs the program from where its disk is mounted, and what it wants in its environment. */
export function programAt(folder: string): { command: string; env: Record<string, string> } {
  return { command: `${nodeInGuest} ${join(folder, main)}`, env: compileCache(folder) };
}

/** Emulated, compiling costs as much as all the rest of a start; this is Node's own cache, made on the host. */
function compileCache(folder: string): Record<string, string> {
  return { NODE_COMPILE_CACHE: join(folder, compiled), NODE_COMPILE_CACHE_PORTABLE: '1' };
}

/** Folders of the packages that are installed and not for development alone. */
async function packages(): Promise<string[]> {
  const lock = JSON.parse(await readFile(join(home, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean }>;
  };
  return Object.entries(lock.packages)
    .filter(([path, { dev }]) => path.startsWith('node_modules/') && !dev && !runtime.test(path))
    .map(([path]) => path)
    .filter((path) => existsSync(join(home, path)));
}
