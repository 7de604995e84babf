import { randomBytes, randomUUID } from 'node:crypto';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { type Lab, labPaths } from '../folder/lab.ts';
import { freePorts } from '../machine/ports.ts';
import { portHere } from '../plan/publication.ts';
import type { Settings } from '../settings/settings.ts';

const usualChannel = 'stable';

/** A new lab of these settings, or the one that is there with the hosts that are missing. Throws `lab_differs`. */
export async function makeLab(folder: string, settings: Settings, before: Lab | undefined): Promise<Lab> {
  const lab = before ?? (await emptyLab(folder, settings));
  if (before) refuseOther(folder, settings, before);
  const missing = settings.hosts.slice(lab.hosts.length);
  const ports = await freePorts(missing.length);
  const added = missing.map(({ name, memory, userData }, index) => ({
    name,
    uuid: randomUUID(),
    memory,
    ssh: ports[index]!,
    forwards: settings.publish.map((one) => ({ here: portHere(one, name), there: one.there })),
    userData: userData ?? null,
  }));
  return { ...lab, hosts: [...lab.hosts, ...added] };
}

async function emptyLab(folder: string, { source, keys, channel, stateSize }: Settings): Promise<Lab> {
  const [server] = await freePorts(1);
  return {
    format: 1,
    id: randomBytes(4).toString('hex'),
    source,
    keys: keys ?? labPaths(folder).keys,
    channel: channel ?? usualChannel,
    ...(stateSize !== undefined && { stateSize }),
    server: server!,
    hosts: [],
  };
}

/** What cannot be changed once hosts have started from it. */
function refuseOther(folder: string, settings: Settings, lab: Lab): void {
  const own = labPaths(folder).keys;
  const differences = [
    ['it starts from', lab.source.folder, settings.source.folder],
    ['its keys are', lab.keys, settings.keys ?? own],
    ['its channel is', lab.channel, settings.channel ?? lab.channel],
    [
      'its state size is',
      lab.stateSize ?? 'the image’s',
      settings.stateSize ?? lab.stateSize ?? 'the image’s',
    ],
    ['the members of its etcd are', lab.etcd?.members, settings.etcd ?? lab.etcd?.members],
  ] as const;
  const [what, is, wanted] = differences.find(([, is, wanted]) => is !== wanted) ?? [];
  if (what !== undefined)
    throw new InterlockError('lab_differs', { folder, problem: `${what} ${is}, not ${wanted}` });
  if (settings.hosts.length < lab.hosts.length) {
    const problem = `it has ${lab.hosts.length} hosts, not ${settings.hosts.length}`;
    throw new InterlockError('lab_differs', { folder, problem });
  }
}
