import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rename, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a blob's file turned out to be. */
export type Verdict = 'whole' | 'damaged' | 'missing';

/** Checks files against their names, which are their hashes. */
export interface Verifier {
  /**
   * Hashes a blob unless the same file was hashed a moment ago; a damaged one is set aside and not sent any more. `pace`: most bytes
   * a second.
   */
  verify(sha256: string, pace?: number): Promise<Verdict>;
  /** Notes that a blob was just hashed elsewhere. */
  trust(sha256: string): Promise<void>;
  /** True when the file is not the one that was hashed. */
  isChanged(sha256: string): Promise<boolean>;
}

/** Errors of a disk that has lost a file's bytes, and of what is not a file: reading it again will not help. */
const unreadable = new Set(['EIO', 'EBADMSG', 'EUCLEAN', 'EREMOTEIO', 'EISDIR']);
/** How long a hash is trusted while the file looks the same. */
const recentMs = 10 * 60_000;

/** Where a damaged blob is kept until its bytes come again. */
export function asidePath(path: string): string {
  return `${path}.bad`;
}

/** Verifies the files that `pathOf` names; calls for the same one share the work. */
export function openVerifier(pathOf: (sha256: string) => string): Verifier {
  const hashed = new Map<string, { looks: string; at: number }>();
  const running = new Map<string, Promise<Verdict>>();

  async function judge(sha256: string, pace: number | undefined): Promise<Verdict> {
    const path = pathOf(sha256);
    const looks = await looksOf(path);
    if (looks === undefined) return 'missing';
    const known = hashed.get(sha256);
    if (known?.looks === looks && performance.now() - known.at < recentMs) return 'whole';
    if ((await hashFile(path, pace)) === sha256) {
      hashed.set(sha256, { looks, at: performance.now() });
      return 'whole';
    }
    hashed.delete(sha256);
    await rename(path, asidePath(path));
    return 'damaged';
  }

  return {
    verify(sha256, pace) {
      const present = running.get(sha256) ?? judge(sha256, pace).finally(() => running.delete(sha256));
      running.set(sha256, present);
      return present;
    },
    async trust(sha256) {
      const looks = await looksOf(pathOf(sha256));
      if (looks !== undefined) hashed.set(sha256, { looks, at: performance.now() });
    },
    async isChanged(sha256) {
      const known = hashed.get(sha256);
      return known !== undefined && known.looks !== (await looksOf(pathOf(sha256)));
    },
  };
}

/** The file's hash; what its disk cannot read has none. */
export async function hashFile(path: string, pace = Number.POSITIVE_INFINITY): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      if (pace !== Number.POSITIVE_INFINITY)
        await sleep((chunk.length / pace) * 1000, undefined, { ref: false });
    }
  } catch (error) {
    if (!unreadable.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return 'nothing: it cannot be read';
  }
  return hash.digest('hex');
}

async function looksOf(path: string): Promise<string | undefined> {
  try {
    const { ino, size, mtimeMs, ctimeMs } = await stat(path);
    return `${ino} ${size} ${mtimeMs} ${ctimeMs}`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
