import { createWriteStream } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import type { Arch } from '../../../protocol/schema/schema.ts';
import { temporaryPrefix, withScratch } from '../../../system/files/scratch.ts';
import { withFreeSpace } from '../../build-host/with-free-space.ts';
import type { Definition } from '../../definition/definition.ts';
import { stubFields, stubPackage } from '../../packages/lock/initrd-stub.ts';
import type { LockLayer } from '../../packages/lock/lock-layers.ts';
import { debianArch } from '../../packages/lock/required-packages.ts';
import { sizeOf, type Tree } from '../entries/entry.ts';
import { writeTree } from '../entries/write-tree.ts';
import { inSandbox } from '../sandbox/in-sandbox.ts';
import { mountTree, unmountTree } from '../sandbox/run-in-tree.ts';
import type { SimulatedHost } from '../sandbox/simulated-host.ts';
import { generateLocales } from './generate-locales.ts';
import { makeLocalRepository } from './local-repository.ts';
import { pathFilters } from './path-filters.ts';
import { packageScriptProblem } from './script-problem.ts';

/** What an image keeps of its packages in addition to what runs. */
export type Extras = Pick<Definition, 'documentation' | 'locales'>;
/** What an image keeps when its definition asks for nothing more. */
export const noExtras: Extras = { documentation: false, locales: [] };

/** Modules lie uncompressed: the wire compresses them, and they patch ten times better. */
const decompressModules = [
  'cd "$1"/usr/lib/modules || exit 0',
  'each() { find . -name "$1" -print0 | { shift; xargs --null --no-run-if-empty --max-args=64 --max-procs="$(nproc)" "$@"; } }',
  'each "*.ko.xz" xz --decompress --force',
  'each "*.ko.zst" zstd --decompress --quiet --force --rm',
  'for kernel in *; do chroot "$1" depmod --all "$kernel"; done',
].join('\n');

/** A tar of its own: mmdebstrap hangs when the disk is too full for the one that it makes. */
const installAndPack = [
  'set -e',
  'tree=$1 tar=$2',
  'shift 2',
  'mmdebstrap "$@" || { echo "mmdebstrap ended with status $?" >&2; exit 1; }',
  `tar --create --format=posix --sort=name --numeric-owner --xattrs --xattrs-include='*' --file "$tar" --directory "$tree" .`,
  'rm -rf "$tree"',
].join('\n');
/** What packages take when they are unpacked, from their compressed sizes: the most that was seen. */
const unpackedShare = 5;

/** Everything other than packages that decides about the result of an install; the path of this program does not. */
export function installRecipe(arch: Arch, extras: Extras): string[] {
  const isPlace = (option: string) => [mountTree, unmountTree].some((file) => option.includes(quote(file)));
  return [
    ...mmdebstrapOptions([], arch, extras).filter((option) => !isPlace(option)),
    unpackBelow(''),
    ...stubFields,
  ];
}

/** What a layer is installed with. */
export interface InstallInputs {
  arch: Arch;
  /** Maps each package's SHA-256 to its .deb. */
  files: ReadonlyMap<string, string>;
  host: SimulatedHost;
  extras: Extras;
}

/**
 * Installs the packages of a layer on top of the tree of the layers below, or into an empty one, and packs the whole
 * into a tar. apt sees no packages but those of the layer and the installed ones.
 */
export async function installLayer(
  { date, packages }: LockLayer,
  below: Tree | undefined,
  { arch, files, host, extras }: InstallInputs,
  tar: string,
): Promise<void> {
  const epoch = Date.parse(date) / 1000;
  await withScratch(temporaryPrefix(), async (work) => {
    await chmod(work, 0o755);
    const repository = join(work, 'repository');
    await makeLocalRepository(repository, packages, files);
    const source = `deb [trusted=yes] copy:${repository} ./`;
    await mkdir(join(work, 'tmp'));
    const names = [...packages.map(({ name }) => name), ...(below ? [] : [stubPackage])];
    const hooks = below ? [`--setup-hook=${unpackBelow(join(work, 'below.tar'))}`] : [];
    if (below) await packBelow(below, epoch, join(work, 'below.tar'));
    const tree = join(work, 'tree');
    const install = [...mmdebstrapOptions(names, arch, extras), ...hooks, '', tree, source];
    const argv = ['/bin/sh', '-c', installAndPack, 'sh', tree, tar, ...install];
    const options = { env: buildEnvironment(epoch, join(work, 'tmp')), arch, host, lines: 2000 };
    const size =
      packages.reduce((sum, { size }) => sum + size, 0) * unpackedShare + (below ? sizeOf(below) : 0);
    const rooms = [
      { folder: dirname(work), needed: below ? 2 * size : size },
      { folder: dirname(dirname(tar)), needed: 2 * size },
    ];
    await withFreeSpace(rooms, () => inSandbox(argv, options)).catch((error) => {
      throw decompressorProblem(packageScriptProblem(error));
    });
  });
}

/** mmdebstrap's own devices and its source of packages stand in the place of those that the tree was made with. */
async function packBelow(tree: Tree, epoch: number, file: string): Promise<void> {
  const below = new Map(
    [...tree].filter(([path]) => !path.startsWith('dev/') && path !== 'etc/apt/sources.list'),
  );
  await pipeline(writeTree(below, epoch), createWriteStream(file, { mode: 0o644 }));
}

/** The hook that lays a tree into mmdebstrap's folder, where its packages then count as installed. */
function unpackBelow(file: string): string {
  const flags = '--extract --preserve-permissions --same-owner --numeric-owner --xattrs --xattrs-include="*"';
  return `tar ${flags} --file ${quote(file)} --directory "$1"`;
}

/** What package scripts may see of the build host: where its programs are, and nothing else. */
function buildEnvironment(epoch: number, TMPDIR: string): NodeJS.ProcessEnv {
  const { PATH } = process.env;
  const fixed = {
    SOURCE_DATE_EPOCH: String(epoch),
    LC_ALL: 'C.UTF-8',
    TZ: 'UTC',
    HOME: '/root',
  };
  const path = [...(PATH ?? '').split(':'), '/usr/sbin', '/sbin'].join(':');
  return { ...fixed, PATH: path, TMPDIR };
}

/** Only a tree with their sources can make locales: the layer that brings these and those above it do. */
function localesHook({ locales }: Extras): string {
  const lines = generateLocales(locales);
  return lines && `if [ -d "$1"/usr/share/i18n/locales ]; then\n${lines}\nfi`;
}

function mmdebstrapOptions(names: readonly string[], arch: Arch, extras: Extras): string[] {
  const { excluded, included } = pathFilters(extras);
  const locales = localesHook(extras);
  return [
    '--mode=root',
    '--variant=essential',
    '--format=directory',
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
