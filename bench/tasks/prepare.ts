import { createClient } from '../../cli/client/client.ts';
import { joinFleet } from '../../test/dashboard/support/fake-host.ts';
import { type Fleet, makeFleet } from '../../test/dashboard/support/make-fleet.ts';
import { interlock, startServer } from '../../test/update-server/support/start-server.ts';
import { openDatabase } from '../../update-server/store/sqlite/open.ts';

/** A fleet of 150 hosts on the morning after a night in which people changed things and the last 50 hosts enrolled. */
export interface Morning extends Fleet {
  /** Where the person works: it has `keys/`, and the releases that were published. */
  dir: string;
  /** Name of a host that waits for an update. */
  waiting: string;
}

const hosts = 100;
const newHosts = 50;
const hourMs = 3_600_000;

/** Prepares it: the server's own rules made everything in it but the times. */
export async function prepare(dir: string): Promise<Morning> {
  const fleet = await makeFleet(dir, hosts);
  const client = createClient({ server: fleet.server.url, token: fleet.token });
  const before = lastLine(`${dir}/data`);
  await client.send(`v1/hosts/${fleet.hosts[60]!.id}/hold`, { held: true });
  await client.send(`v1/hosts/${fleet.hosts[61]!.id}/group`, { group: 'canary' });
  const join = (await interlock('token', 'create', '--data', `${dir}/data`, '--role', 'join')).out.trim();
  for (const host of await joinFleet(fleet.server.url, join, newHosts)) await host.checkIn();
  await fleet.server.end();
  ageAudit(`${dir}/data`, before);
  const server = await startServer(`${dir}/data`);
  for (const host of fleet.hosts) host.url = server.url;
  const { hosts: waiting } = await createClient({ server: server.url, token: fleet.token }).get<{
    hosts: { hostname: string }[];
  }>('v1/hosts?state=waiting&channel=stable&reason=not_yet&limit=200');
  // the new hosts have the names of the first again
  const { hostname } = waiting.find((host) => Number(host.hostname.split('-').at(-1)) > newHosts)!;
  return { ...fleet, server, dir, waiting: hostname };
}

function lastLine(dataDir: string): number {
  const db = openDatabase(dataDir);
  const { seq } = db.prepare<[], { seq: number }>('SELECT max(seq) AS seq FROM audit').get()!;
  db.close();
  return seq;
}

/** What came after the line happened in the last night, what came before it days ago. */
function ageAudit(dataDir: string, line: number): void {
  const db = openDatabase(dataDir);
  const midnight = new Date().setHours(0, 0, 0, 0);
  const move = db.prepare('UPDATE audit SET at = ? WHERE seq = ?');
  for (const { seq } of db.prepare<[], { seq: number }>('SELECT seq FROM audit').all()) {
    const at =
      seq > line ? midnight - 2 * hourMs + (seq - line) * 60_000 : midnight - 90 * hourMs + seq * 60_000;
    move.run(new Date(at).toISOString(), seq);
  }
  db.close();
}
