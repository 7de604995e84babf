import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Static, Type } from 'typebox';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { parseJson } from '../../protocol/schema/schema.ts';
import { hourMs } from '../../protocol/time/durations.ts';
import { privateFile } from '../../system/files/private-files.ts';

const Pause = Type.Object({ server: Type.String(), until: Type.Number() });
type Pause = Static<typeof Pause>;

/** No server is left alone for longer; a time further away was made by another clock. */
const longestMs = hourMs;

/** Keeps every call of this host away from a server for as long as its `Retry-After` asked, over all runs of a boot. */
export interface RetryAfter {
  /** Throws `server_unready` while the server is to be left alone. */
  check(): Promise<void>;
  /** Learns from what a call threw. */
  note(error: unknown): Promise<void>;
}

/** `run`: the folder that is gone with the boot; without one, only this run remembers. */
export function openRetryAfter(server: string, run: string | null, now: () => number = Date.now): RetryAfter {
  const file = run === null ? null : join(run, 'server-rest.json');
  let known: Pause | null = null;

  async function pause(): Promise<Pause | null> {
    if (known || !file) return known;
    try {
      return parseJson(Pause, await readFile(file), file);
    } catch {
      // none was noted, or it cannot be read: the server asks again when it wants a pause
      return null;
    }
  }

  return {
    async check() {
      const found = await pause();
      const left = found?.server === server ? found.until - now() : 0;
      if (left <= 0 || left > longestMs) return;
      const problem = `${server} asked hosts to wait another ${Math.ceil(left / 1000)} s`;
      throw new InterlockError('server_unready', { problem });
    },
    async note(error) {
      const seconds = error instanceof InterlockError && error.details.retryAfter;
      if (typeof seconds !== 'number' || seconds <= 0) return;
      known = { server, until: now() + seconds * 1000 };
      // without the file only this run keeps the pause, and the server asks for it again
      if (file) await writeFile(file, JSON.stringify(known), { mode: privateFile }).catch(() => {});
    },
  };
}
