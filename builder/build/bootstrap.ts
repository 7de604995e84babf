import { createHash } from 'node:crypto';
import { chmod, mkdtemp, rename, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InterlockError } from '../../protocol/errors.ts';
import { withFile } from '../../system/durable.ts';
import { run } from '../../system/run.ts';
import { type BootstrapMode, bootstrapMode } from './bootstrap-mode.ts';
import { cacheFolder, pruneFolder } from './cache.ts';
import { makeLocalRepository } from './local-repository.ts';
import type { PackagesLock } from './packages-lock.ts';
import { during, type Reporter } from './reporter.ts';
import { debianArch, stubPackage } from './required-packages.ts';

const keptTrees = 4;

/** What packages bring that no host reads; licences stay. */
const excluded = [
  '/usr/share/doc/*',
  '/usr/share/man/*',
  '/usr/share/info/*',
  '/usr/share/groff/*',
  '/usr/share/lintian/*',
  '/usr/share/linda/*',
  '/usr/share/bug/*',
  '/usr/share/locale/*',
];
const included = ['/usr/share/doc/*/copyright', '/usr/share/locale/locale.alias'];

/** Modules lie uncompressed: the wire compresses them, and they patch ten times better. */
const decompressModules = [
  'cd "$1"/usr/lib/modules || exit 0',
  'find . -name "*.ko.xz" -exec xz --decompress --force {} +',
  'find . -name "*.ko.zst" -exec zstd --decompress --quiet --force --rm {} +',
  'for kernel in *; do chroot "$1" depmod --all "$kernel"; done',
].join('\n');

/**
 * Installs exactly the locked packages into a tree of its own and gives it as a tar file, from the cache when this
 * lock was installed before. `files` maps each package's SHA-256 to its .deb.
 */
export async function bootstrap(
  lock: PackagesLock,
  files: ReadonlyMap<string, string>,
  report: Reporter,
): Promise<string> {
  const folder = await cacheFolder('trees');
  const tree = join(folder, `${treeKey(lock)}.tar`);
  if (await stat(tree).catch(() => undefined)) {
    await utimes(tree, new Date(), new Date());
    return tree;
  }
  const mode = await bootstrapMode();
  await during(report, `install ${lock.packages.length} packages`, 0, () => install(lock, files, mode, tree));
  await pruneFolder(folder, keptTrees);
  return tree;
}

async function install(
  lock: PackagesLock,
  files: ReadonlyMap<string, string>,
  mode: BootstrapMode,
  tree: string,
): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'interlock-bootstrap-'));
  const unfinished = `${tree}.${process.pid}.tmp`;
  try {
    await chmod(work, 0o755);
    const repository = join(work, 'repository');
    await makeLocalRepository(repository, lock.packages, files);
    const source = `deb [trusted=yes] copy:${repository} ./`;
    await run('mmdebstrap', [`--mode=${mode}`, ...mmdebstrapOptions(lock), '', unfinished, source], {
      env: { ...process.env, SOURCE_DATE_EPOCH: String(Date.parse(lock.date) / 1000), LC_ALL: 'C.UTF-8' },
    });
    await withFile(unfinished, 'r+', (file) => file.sync());
    await rename(unfinished, tree);
  } catch (error) {
    throw decompressorProblem(error);
  } finally {
    await rm(unfinished, { force: true });
    await rm(work, { recursive: true, force: true });
  }
}

function mmdebstrapOptions({ packages, arch }: PackagesLock): string[] {
  const names = [...packages.map(({ name }) => name), stubPackage];
  return [
    '--variant=essential',
    '--format=tar',
    `--architectures=${debianArch(arch)}`,
    `--include=${names.join(',')}`,
    ...excluded.map((glob) => `--dpkgopt=path-exclude=${glob}`),
    ...included.map((glob) => `--dpkgopt=path-include=${glob}`),
    '--aptopt=APT::Install-Recommends "false"',
    '--aptopt=Acquire::Languages "none"',
    '--dpkgopt=force-unsafe-io',
    `--customize-hook=${decompressModules}`,
  ];
}

/** Trees are kept by everything that decides about their content. */
function treeKey(lock: PackagesLock): string {
  const recipe = { excluded, included, decompressModules, lock };
  return createHash('sha256').update(JSON.stringify(recipe)).digest('hex');
}

function decompressorProblem(error: unknown): unknown {
  if (!(error instanceof InterlockError)) return error;
  const tool = /\b(xz|zstd): (?:command )?not found/.exec(String(error.details.output))?.[1];
  if (!tool) return error;
  return new InterlockError(
    'tool_missing',
    { tool, package: tool === 'xz' ? 'xz-utils' : tool },
    { cause: error },
  );
}
