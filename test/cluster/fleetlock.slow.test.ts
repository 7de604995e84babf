import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openEtcd } from '../../system/etcd/etcd.ts';
import { readFleetLock } from '../../system/lock/swap-fleet-lock.ts';
import { type EtcdCluster, startEtcd } from '../support/etcd.ts';
import {
  interlock,
  type ServerProcess,
  scratch,
  startServer,
} from '../update-server/support/start-server.ts';

const group = 'fedora';
const places = 2;
const folder = scratch();
let cluster: EtcdCluster;
let server: ServerProcess;
let authorization = '';

const serve = () => startServer(folder.dir, '--etcd', cluster.endpoints.join());
beforeAll(async () => {
  cluster = await startEtcd(3);
  server = await serve();
  const made = await interlock('token', 'create', '--role', 'fleetlock', '--data', folder.dir);
  authorization = `Basic ${btoa(`zincati:${made.out.trim()}`)}`;
  const flags = ['--fleetlock', '--group', group, '--etcd', cluster.endpoints.join()];
  expect(await interlock('lock', 'slots', String(places), ...flags)).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await server?.end();
  await cluster?.stop();
  folder.remove();
});

/** Calls as Zincati does, on a connection of its own; undefined when the answer was lost, or nobody was there. */
function call(what: 'pre-reboot' | 'steady-state', id: string, patienceMs: number) {
  return new Promise<number | undefined>((resolve) => {
    const headers = { 'fleet-lock-protocol': 'true', authorization };
    const sent = request(`${server.url}/v1/${what}`, { method: 'POST', headers, agent: false });
    const late = setTimeout(() => sent.destroy(), patienceMs);
    sent.once('response', (answer) => {
      resolve(answer.statusCode);
      answer.resume();
    });
    sent.once('error', () => resolve(undefined));
    sent.once('close', () => {
      clearTimeout(late);
      resolve(undefined);
    });
    sent.end(JSON.stringify({ client_params: { id, group } }));
  });
}

it('never has more than N in, while answers are lost, clients repeat and unlock twice, and the server dies', async () => {
  const rounds = 3;
  const inside = new Set<string>();
  const seen = { most: 0, lost: 0, refused: 0, done: 0 };
  const untilYes = async (what: 'pre-reboot' | 'steady-state', id: string) => {
    for (;;) {
      // a third of the answers comes too late
      const status = await call(what, id, Math.random() < 0.3 ? 2 + 20 * Math.random() : 20_000);
      if (status === 200) return;
      if (status === undefined) seen.lost++;
      else seen.refused++;
      // below the limit of calls a minute
      await sleep(400 + 400 * Math.random());
    }
  };
  const client = async (n: number) => {
    const id = `host-${n}`;
    for (let round = 0; round < rounds; round++) {
      await untilYes('pre-reboot', id);
      inside.add(id);
      seen.most = Math.max(seen.most, inside.size);
      await sleep(500 + 500 * Math.random());
      inside.delete(id);
      await untilYes('steady-state', id);
      await call('steady-state', id, 20_000);
      seen.done++;
    }
  };
  const clients = Promise.all(Array.from({ length: 5 }, (_, n) => client(n)));
  for (const share of [0.3, 0.6]) {
    while (seen.done < share * 5 * rounds) await sleep(20);
    await server.end('SIGKILL');
    server = await serve();
  }
  await clients;
  expect(seen.most).toBe(places);
  expect(seen.lost).toBeGreaterThan(2);
  expect(seen.refused).toBeGreaterThan(5);
  const etcd = openEtcd({ endpoints: cluster.endpoints });
  expect((await readFleetLock(etcd, group)).holders).toEqual([]);
  etcd.close();
});
