import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { labPaths, requireLab } from './folder/lab.ts';
import { withLab } from './folder/with-lab.ts';
import { endAll } from './stop.ts';

/** Ends everything of a lab at once and removes its folder; gives the names of its hosts. */
export async function down(folder: string): Promise<string[]> {
  const lab = await requireLab(folder);
  await withLab(folder, async () => {
    await endAll(folder, lab);
    // the lock last: until then nobody starts anything here
    const { lock, memory } = labPaths(folder);
    await rm(memory);
    if (existsSync(lock)) await rm(folder, { recursive: true, force: true });
  });
  return lab.hosts.map(({ name }) => name);
}
