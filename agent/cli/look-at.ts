import { join } from 'node:path';
import type { Paths } from '../config/paths.ts';
import type { Settings } from '../config/settings.ts';
import { openFileHost } from '../hosts/file-host.ts';
import { lookAtSystem } from '../hosts/look-at-system.ts';
import type { Running } from '../ports/host.ts';
import type { LoaderEntry } from '../ports/loader.ts';
import { shareLock } from '../state/share-lock.ts';

/** What the kernel and the boot loader say, read without a change; null while an agent runs, for it has the ESP. */
export async function lookAt(
  { root, run }: Pick<Paths, 'root' | 'run'>,
  machine: Settings['machine'],
): Promise<{ running: Running; entries: LoaderEntry[] } | null> {
  const unlock = await shareLock(join(run, 'agent.lock'));
  if (!unlock) return null;
  try {
    const host = await (machine === 'file' ? openFileHost(root) : lookAtSystem());
    try {
      return { running: await host.running(), entries: await host.loader.entries() };
    } finally {
      await host.close();
    }
  } finally {
    await unlock();
  }
}
