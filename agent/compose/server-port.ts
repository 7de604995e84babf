import { readHostname } from '../hosts/read-hostname.ts';
import type { ServerPort } from '../ports/server.ts';
import { explained } from '../server/explained.ts';
import { openServer } from '../server/open-server.ts';
import { openRetryAfter } from '../server/retry-after.ts';
import { lookAtDisk } from '../state/look-at-disk.ts';
import { lookAtUserData } from '../user-data/record/read-problems.ts';
import type { Context } from './context.ts';
import { refuse } from './refuse.ts';

/** Opens the update server; null when none is configured. A host with a wrong configuration still checks in if it knows the address. */
export async function openServerPort(context: Context): Promise<ServerPort | null> {
  const { paths, settings, signal, running, name, ca, caProblem, problem, machineId } = context;
  const { server, channel, group, labels, joinToken } = settings;
  const cannotAsk = server === null ? problem : caProblem;
  if (cannotAsk) return refuse(cannotAsk);
  if (server === null) return null;
  const port = openServer({
    server,
    ca,
    channel,
    group,
    labels,
    signal,
    retryAfter: openRetryAfter(server, paths.run),
    trouble: async () => (await lookAtDisk(paths.state)) ?? lookAtUserData(paths.root),
    identity: context.identity,
    state: paths.state,
    enroll: {
      ...(joinToken ? { joinToken } : {}),
      machineId,
      hostname: await readHostname(paths),
      name,
      arch: running.arch,
    },
    onEnrolled: (identity) => {
      context.identity = identity;
    },
  });
  return explained(port, server);
}
