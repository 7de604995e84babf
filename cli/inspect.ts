import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { digestFile } from '../builder/build-host/digest.ts';
import { compare } from '../builder/inspect/compare.ts';
import { formatChanges } from '../builder/inspect/format-changes.ts';
import { readState } from '../builder/inspect/read-state.ts';
import { type UnlockedPackage, unlockedPackages } from '../builder/inspect/unlocked-packages.ts';
import { type PackagesLock, parseLock } from '../builder/packages/lock/packages-lock.ts';
import { listState } from '../builder/tree/state/describe-state.ts';
import { parseRelease } from '../protocol/documents/release.ts';
import { releaseFiles } from '../protocol/documents/release-files.ts';
import { asInterlockError, InterlockError } from '../protocol/errors/interlock-error.ts';
import {
  decodePayloadHeader,
  longestHeader,
  type OperationKind,
  type PayloadHeader,
} from '../protocol/formats/payload/payload.ts';
import { line } from '../protocol/text/visible.ts';
import { type Answer, answer, verb } from '../system/command/command.ts';
import { withFile } from '../system/files/durable.ts';
import { ifAbsent } from '../system/files/read-error.ts';
import { readGiven } from '../system/files/read-given.ts';
import { formatBytes } from '../system/terminal/progress.ts';
import { formatTable } from '../system/terminal/table.ts';

interface Options {
  packages?: boolean;
  files?: boolean;
}

/** Adds `interlock inspect`. */
export function addInspect(program: Command): void {
  verb(
    program,
    'inspect <path> [other]',
    'Show the contents of a release or payload and check its hashes, or compare two releases',
    'interlock inspect releases/tiny-1.0.0-x86-64 releases/tiny-1.0.1-x86-64',
  )
    .option('--packages', 'also list the packages')
    .option('--files', 'with two releases: list each changed file of the root')
    .action(answer(inspect));
}

async function inspect(path: string, other: string | undefined, options: Options): Promise<Answer> {
  if (other !== undefined) return inspectChanges(path, other, options);
  const found = await stat(path).catch((cause) => {
    throw new InterlockError('not_found', { what: path }, { cause });
  });
  if (found.isDirectory()) return inspectRelease(path, options.packages ?? false);
  if (!found.isFile())
    throw new InterlockError('bad_input', { what: path, problem: 'is neither a folder nor a file' });
  return inspectPayload(path);
}

async function inspectChanges(first: string, second: string, { files = false }: Options): Promise<Answer> {
  const changes = await compare(first, second);
  return { text: formatChanges(changes, files), data: changes };
}

async function inspectRelease(folder: string, listPackages: boolean): Promise<Answer> {
  const release = parseRelease(await readGiven(join(folder, 'release.json')));
  const files = await Promise.all(
    releaseFiles(release).map(({ name, size, sha256 }) => checkFile(folder, { file: name, size, sha256 })),
  );
  const states = new Map(files.map(({ file, state }) => [file, state]));
  const lock = await readLock(join(folder, 'packages.lock'));
  const unlocked = await unlockedPackages(join(folder, 'sbom.cdx.json'));
  const payloads = await Promise.all(
    release.payloads.map(async ({ file }) => {
      const isThere = states.get(file) !== 'missing';
      // a payload that cannot be read has its state in the table of files
      const header = isThere ? await readHeader(join(folder, file)).catch(() => undefined) : undefined;
      return { file, operations: header ? countOperations(header) : [] };
    }),
  );
  // a root of another builder has no table of state
  const state =
    states.get('root.erofs') === 'ok' ? await readState(join(folder, 'root.erofs')).catch(() => null) : null;
  const places = state ? listState(state) : [];
  const sections = [
    `${release.name} ${release.version} ${release.arch}, created ${release.created}`,
    `root hash ${release.root.verity.rootHash}`,
    formatTable(
      ['FILE', 'SIZE', 'SHA-256', ''],
      files.map(({ file, size, sha256, state }) => [file, formatBytes(size), sha256, state]),
    ),
    ...payloads.map(({ file, operations }) => `${file}\n${operationTable(operations)}`),
    packageText(lock, unlocked, listPackages),
    ...(places.length > 0
      ? [`copied to the state partition\n${places.map((each) => line`  ${each}`).join('\n')}`]
      : []),
  ];
  return {
    text: sections.join('\n\n'),
    data: { release, files, payloads, packages: lock?.packages ?? null, unlocked, state: places },
  };
}

interface NamedBlob {
  file: string;
  size: number;
  sha256: string;
}

async function checkFile(folder: string, blob: NamedBlob): Promise<NamedBlob & { state: string }> {
  const path = join(folder, blob.file);
  const found = await stat(path).catch(ifAbsent(path, undefined));
  if (!found?.isFile()) return { ...blob, state: 'missing' };
  // the table says so, and the other files are still shown
  const digest = await digestFile(path).catch(() => undefined);
  if (!digest) return { ...blob, state: 'unreadable' };
  return { ...blob, state: digest.sha256 === blob.sha256 ? 'ok' : 'damaged' };
}

async function readLock(file: string): Promise<PackagesLock | undefined> {
  const text = await readFile(file).catch(ifAbsent(file, undefined));
  return text && parseLock(text, file);
}

function packageText(
  lock: PackagesLock | undefined,
  unlocked: readonly UnlockedPackage[],
  list: boolean,
): string {
  if (!lock) return 'packages.lock is missing';
  const size = lock.packages.reduce((sum, locked) => sum + locked.size, 0);
  const more = unlocked.length > 0 ? `, and ${unlocked.length} that packages.lock does not have` : '';
  const summary = `${lock.packages.length} packages of ${lock.suite}, ${formatBytes(size)} as .deb${more}`;
  if (!list) return summary;
  const rows = lock.packages.map(({ name, version, arch }) => [name, version, arch, '']);
  const others = unlocked.map(({ name, version, arch, origin }) => [name, version, arch, origin]);
  return `${summary}\n${formatTable(['PACKAGE', 'VERSION', 'ARCH', ''], [...rows, ...others])}`;
}

async function inspectPayload(path: string): Promise<Answer> {
  const header = await readHeader(path);
  const operations = countOperations(header);
  const { format, sizes, rootHash, sourceRootHash, headerLength } = header;
  const sections = [
    `payload of format ${format} for root hash ${rootHash}\nfrom ${sourceRootHash ?? 'nothing'}`,
    formatTable(
      ['PART', 'SIZE'],
      Object.entries(sizes).map(([part, size]) => [part, formatBytes(size)]),
    ),
    operationTable(operations),
  ];
  return {
    text: sections.join('\n\n'),
    data: { format, rootHash, sourceRootHash, sizes, headerLength, operations },
  };
}

async function readHeader(path: string): Promise<PayloadHeader> {
  return withFile(path, 'r', async (file) => {
    const start = Buffer.alloc(12);
    await file.read(start, 0, start.length, 0);
    const { size } = await file.stat();
    const length = Math.min(start.readUInt32LE(8), size, longestHeader + 1);
    const header = Buffer.alloc(length);
    await file.read(header, 0, length, 0);
    try {
      return decodePayloadHeader(header);
    } catch (cause) {
      throw new InterlockError(
        'bad_input',
        { what: path, problem: asInterlockError(cause).message },
        { cause },
      );
    }
  });
}

interface OperationCount {
  kind: OperationKind;
  count: number;
  /** Bytes it writes, and bytes of the payload it takes. */
  length: number;
  blobLength: number;
}

function countOperations({ operations }: PayloadHeader): OperationCount[] {
  const counts = new Map<OperationKind, OperationCount>();
  for (const { kind, length, blobLength } of operations) {
    const count = counts.get(kind) ?? { kind, count: 0, length: 0, blobLength: 0 };
    counts.set(kind, count);
    count.count++;
    count.length += length;
    count.blobLength += blobLength;
  }
  return [...counts.values()];
}

function operationTable(operations: readonly OperationCount[]): string {
  return formatTable(
    ['OPERATION', 'COUNT', 'WRITES', 'DOWNLOADS'],
    operations.map(({ kind, count, length, blobLength }) => [
      kind,
      String(count),
      formatBytes(length),
      formatBytes(blobLength),
    ]),
  );
}
