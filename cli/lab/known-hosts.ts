import type { Lab } from '../../lab/folder/lab.ts';
import { adminToken, serverUrl } from '../../lab/start/start-server.ts';
import type { HostSummary } from '../../protocol/api/operator.ts';
import { createClient } from '../client/client.ts';
import { readHosts } from '../client/find-hosts.ts';

/** What the update server of a lab knows of its hosts; nothing while it does not run. */
export async function knownHosts(folder: string, lab: Lab): Promise<HostSummary[]> {
  try {
    const client = createClient({ server: serverUrl(lab), token: await adminToken(folder) });
    return await readHosts(client, {});
  } catch {
    // it has not started, or has ended: the table says so
    return [];
  }
}
