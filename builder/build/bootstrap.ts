import { createHash } from 'node:crypto';
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InterlockError } from '../../protocol/errors.ts';
import { run } from '../../system/run.ts';
import { temporaryPrefix, withScratch } from '../../system/scratch.ts';
import type { Definition } from '../define/definition.ts';
import { machineArch } from '../define/machine-arch.ts';
import { checkEmulation } from './emulation.ts';
import { generateLocales } from './generate-locales.ts';
import { findKeptTree, keepTree } from './kept-tree.ts';
import { makeLocalRepository } from './local-repository.ts';
import type { PackagesLock } from './packages-lock.ts';
import { pathFilters } from './path-filters.ts';
import { during, type Reporter } from './reporter.ts';
import { debianArch, stubPackage } from './required-packages.ts';
import { inSandbox } from './sandbox/in-sandbox.ts';
import { buildMachine, type Machine } from './sandbox/machine.ts';
import { mountTree, unmountTree } from './sandbox/run-in-tree.ts';
import { packageScriptProblem } from './script-problem.ts';
import type { Tree } from './tree/entry.ts';

/** What an image keeps of its packages besides what runs. */
export type Extras = Pick<Definition, 'documentation' | 'locales'>;
const noExtras: Extras = { documentation: false, locales: [] };

/** Modules lie uncompressed: the wire compresses them, and they patch ten times better. */
const decompressModules = [
  'cd "$1"/usr/lib/modules || exit 0',
  'each() { find . -name "$1" -print0 | { shift; xargs --null --no-run-if-empty --max-args=64 --max-procs="$(nproc)" "$@"; } }',
  'each "*.ko.xz" xz --decompress --force',
  'each "*.ko.zst" zstd --decompress --quiet --force --rm',
  'for kernel in *; do chroot "$1" depmod --all "$kernel"; done',
].join('\n');

/**
 * Installs exactly the locked packages into a tree, or takes it from the cache when this lock was installed before.
 * `files` maps each package's SHA-256 to its .deb.
 */
export async function bootstrap(
  lock: PackagesLock,
  files: ReadonlyMap<string, string>,
  report: Reporter,
  machine: Machine = buildMachine,
  extras: Extras = noExtras,
): Promise<Tree> {
  const key = treeKey(lock, machine, extras);
  const kept = await findKeptTree(key);
  if (kept) return kept;
  await checkEmulation(lock.arch);
  if (lock.arch !== machineArch()) await run('arch-test', [debianArch(lock.arch)]);
  return during(report, `install ${lock.packages.length} packages`, 0, () =>
    keepTree(key, (tar) => install(lock, files, machine, extras, tar)),
  );
}

/** The name of a lock's tree in the cache: everything that decides about its content. */
export function treeKey(
  lock: PackagesLock,
  machine: Machine = buildMachine,
  extras: Extras = noExtras,
): string {
  const content = { ...pathFilters(extras), locales: generateLocales(extras.locales) };
  const recipe = { ...content, decompressModules, lock, machine };
  return createHash('sha256').update(JSON.stringify(recipe)).digest('hex');
}

async function install(
  lock: PackagesLock,
  files: ReadonlyMap<string, string>,
  machine: Machine,
  extras: Extras,
  tar: string,
): Promise<void> {
  await withScratch(temporaryPrefix(), async (work) => {
    await chmod(work, 0o755);
    const repository = join(work, 'repository');
    await makeLocalRepository(repository, lock.packages, files);
    const source = `deb [trusted=yes] copy:${repository} ./`;
    await mkdir(join(work, 'tmp'));
    const options = { env: buildEnvironment(lock, join(work, 'tmp')), arch: lock.arch, machine, lines: 2000 };
    await inSandbox(['mmdebstrap', ...mmdebstrapOptions(lock, extras), '', tar, source], options).catch(
      (error) => {
        throw decompressorProblem(packageScriptProblem(error));
      },
    );
  });
}

/** What package scripts may see of this machine: where its programs are, and nothing else. */
function buildEnvironment({ date }: PackagesLock, TMPDIR: string): NodeJS.ProcessEnv {
  const { PATH } = process.env;
  const fixed = {
    SOURCE_DATE_EPOCH: String(Date.parse(date) / 1000),
    LC_ALL: 'C.UTF-8',
    TZ: 'UTC',
    HOME: '/root',
  };
  const path = [...(PATH ?? '').split(':'), '/usr/sbin', '/sbin'].join(':');
  return { ...fixed, PATH: path, TMPDIR };
}

function mmdebstrapOptions({ packages, arch }: PackagesLock, extras: Extras): string[] {
  const { excluded, included } = pathFilters(extras);
  const locales = generateLocales(extras.locales);
  const names = [...packages.map(({ name }) => name), stubPackage];
  return [
    '--mode=root',
    '--variant=essential',
    '--format=tar',
    `--architectures=${debianArch(arch)}`,
    `--include=${names.join(',')}`,
    ...excluded.map((glob) => `--dpkgopt=path-exclude=${glob}`),
    ...included.map((glob) => `--dpkgopt=path-include=${glob}`),
    '--aptopt=APT::Install-Recommends "false"',
    '--aptopt=Acquire::Languages "none"',
    '--dpkgopt=force-unsafe-io',
    // the sandbox's own are laid in instead
    '--skip=chroot/mount',
    `--extract-hook=sh ${quote(mountTree)} "$1"`,
    `--customize-hook=${decompressModules}`,
    ...(locales ? [`--customize-hook=${locales}`] : []),
    `--customize-hook=sh ${quote(unmountTree)} "$1"`,
  ];
}

/** A path as one word of the shell. */
function quote(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`;
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
