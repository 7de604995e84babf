import { join } from 'node:path';
import { InterlockError } from '../protocol/errors/interlock-error.ts';
import { hostOf, labPaths, requireLab } from './folder/lab.ts';
import { withLab } from './folder/with-lab.ts';
import { machineFiles } from './machine/machine-files.ts';
import { endProcess } from './process/end.ts';
import { runningPid } from './process/running.ts';

/** Cuts the power of hosts: nothing in them gets to know. Throws `host_off`. */
export async function cut(folder: string, names: readonly string[]): Promise<void> {
  const lab = await requireLab(folder);
  const records = names.map((name) => {
    const record = join(labPaths(folder).host(hostOf(lab, name).name), machineFiles.record);
    if (runningPid(record) === undefined) throw new InterlockError('host_off', { host: name });
    return record;
  });
  await withLab(folder, async () => {
    await Promise.all(records.map((record) => endProcess(record, { signal: 'SIGKILL' })));
  });
}
