import { join } from 'node:path';
import type { PayloadRef } from '../../protocol/documents/release.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { writeDurably } from '../../system/files/durable.ts';
import { loadRelease } from '../release/check-release.ts';
import { type DeltaOptions, delta } from './delta.ts';

/**
 * Makes the delta from one release folder to another and names it in the new one's `release.json`, in place of an
 * earlier one; null when none is worth it. A signature over `release.json` has to be made again.
 */
export async function addDelta(
  oldDir: string,
  nextDir: string,
  options: DeltaOptions = {},
): Promise<PayloadRef | null> {
  const old = await loadRelease(oldDir);
  const next = await loadRelease(nextDir);
  const rootHash = old.release.root.verity.rootHash;
  const problem = whyNot(old.release, next.release);
  if (problem) throw new InterlockError('usage', { problem });
  const made = await delta(old, next, options);
  const others = next.release.payloads.filter(({ from }) => from?.rootHash !== rootHash);
  if (!made && others.length === next.release.payloads.length) return null;
  const release = { ...next.release, payloads: [...others, ...(made ? [made] : [])] };
  await writeDurably(join(nextDir, 'release.json'), `${JSON.stringify(release, null, 2)}\n`);
  return made;
}

type Named = Awaited<ReturnType<typeof loadRelease>>['release'];

function whyNot(old: Named, next: Named): string | null {
  if (old.name !== next.name || old.arch !== next.arch) {
    return `${old.name} (${old.arch}) never becomes ${next.name} (${next.arch})`;
  }
  return old.root.verity.rootHash === next.root.verity.rootHash ? 'both releases hold the same image' : null;
}
