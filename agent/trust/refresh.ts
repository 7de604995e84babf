import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Updater } from 'tuf-js';
import { paths } from '../../protocol/api/publish.ts';
import { onlineRoles, targetFile } from '../../protocol/documents/trust.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { privateFolder } from '../../system/files/private-files.ts';
import { parseDocument, type TufDocument } from './document.ts';
import type { MetadataFetcher } from './fetch.ts';
import { openUpdater, type ProfiledStore } from './tuf-js.ts';

/** A target that verified metadata names; `read` fetches it and checks length and hash. */
export interface NamedTarget {
  sha256: string;
  read(): Promise<string>;
}

/** Texts of verified metadata by file name; there is always a root. */
export type KnownMetadata = Record<string, string> & { 'root.json': string };

/** A repository whose newest metadata was verified, and which gives targets. */
export interface Refreshed {
  /** Verifies the roles that may name a target; undefined when none does. */
  find(path: string): Promise<NamedTarget | undefined>;
  root: TufDocument;
  timestamp: TufDocument;
  /** Texts of all metadata verified so far, by file name. */
  metadata(): Promise<Record<string, string>>;
}

const limits = {
  maxRootRotations: 256,
  maxDelegations: 32,
  rootMaxLength: 512 * 1024,
  timestampMaxLength: 16 * 1024,
  snapshotMaxLength: 2 * 1024 * 1024,
  targetsMaxLength: 8 * 1024 * 1024,
};
const targetLimit = 1024 * 1024;

/** Where metadata comes from; `base` is what addresses begin with. */
export interface Origin {
  base: string;
  isOffline: boolean;
}

/** Runs the TUF client's workflow (TUF 1.0.34 §5) in a scratch folder; the caller keeps what was verified, or nothing. */
export async function refresh<T>(
  scratch: string,
  known: KnownMetadata,
  { base: server, isOffline }: Origin,
  fetcher: MetadataFetcher,
  now: Date,
  use: (refreshed: Refreshed) => Promise<T>,
): Promise<T> {
  await rm(scratch, { recursive: true, force: true });
  await mkdir(scratch, { recursive: true, mode: privateFolder });
  try {
    for (const [name, text] of Object.entries(known)) await writeFile(join(scratch, name), text);
    const base = server.replace(/\/$/, '');
    const metadataBaseUrl = base + paths.metadata;
    // the online roles live for a day and a week; an offline bundle is older than that. See docs/decisions/0007.
    const startTime = isOffline ? new Date(0) : now;
    const options = { metadataDir: scratch, metadataBaseUrl, fetcher, config: limits };
    const { updater, store } = openUpdater(options, known['root.json'], startTime);
    await updater.refresh();
    const readRole = async (role: string) =>
      parseDocument(await readFile(join(scratch, `${role}.json`), 'utf8'));
    return await use({
      root: await readRole('root'),
      timestamp: await readRole('timestamp'),
      find: async (path) => {
        const found = await findTarget(updater, fetcher, base, path);
        if (isOffline) checkLives(store, now);
        return found;
      },
      metadata: () => readFolder(scratch),
    });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** What keys signed by hand must not have expired wherever it comes from. Throws `metadata_expired`. */
function checkLives({ verified }: ProfiledStore, now: Date): void {
  for (const [role, { signed }] of Object.entries(verified)) {
    if (isOnline(role) || !signed.isExpired(now)) continue;
    throw new InterlockError('metadata_expired', { role });
  }
}

function isOnline(role: string): boolean {
  return (onlineRoles as readonly string[]).includes(role);
}

async function findTarget(
  updater: Updater,
  fetcher: MetadataFetcher,
  base: string,
  path: string,
): Promise<NamedTarget | undefined> {
  const info = await updater.getTargetInfo(path);
  if (!info) return undefined;
  const sha256 = info.hashes.sha256;
  if (!sha256 || info.length > targetLimit) throw invalid(`${path} needs a SHA-256 and a sane length`);
  return {
    sha256,
    read: async () => {
      const url = `${base}${paths.targets}/${targetFile(path, sha256)}`;
      const bytes = await fetcher.downloadBytes(url, info.length);
      await info.verify(Readable.from([bytes])).catch((cause: Error) => {
        throw invalid(`${path}: ${cause.message}`, cause);
      });
      return bytes.toString('utf8');
    },
  };
}

function invalid(problem: string, cause?: unknown): InterlockError {
  return new InterlockError('metadata_invalid', { role: 'targets', problem }, { cause });
}

async function readFolder(dir: string): Promise<Record<string, string>> {
  const names = (await readdir(dir)).filter((name) => name.endsWith('.json'));
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(dir, name), 'utf8')] as const)),
  );
}
