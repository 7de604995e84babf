import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { openSqliteStore } from '../../../update-server/store/sqlite/store.ts';
import { type ServerProcess, scratch, startServer } from '../support/start-server.ts';
import { prepareData } from './prepare.ts';
import { enrolSmallHost } from './small-host.ts';

const limit = 5;
const workers = 12;
const kills = 10;

const { dir, remove } = scratch();
let server: ServerProcess | undefined;
afterAll(async () => {
  await server?.end('SIGKILL');
  remove();
});

test(`no grant beyond in_flight = ${limit}: ${workers} hosts ask at once, ${kills} times kill -9`, async () => {
  const joinToken = await prepareData(dir, limit);
  /** Hosts that were told to start and have not begun to say that they are through. */
  const underWay = new Set<string>();
  let granted = 0;
  let most = 0;

  async function work(url: string): Promise<void> {
    const host = await enrolSmallHost(url, joinToken);
    for (;;) {
      const grant = await host.ask();
      if (grant) {
        granted++;
        underWay.add(grant);
        most = Math.max(most, underWay.size);
        await sleep(200 + Math.random() * 300);
        underWay.delete(grant);
        await host.report(grant, 'confirmed');
      }
      await sleep(20);
    }
  }

  for (let kill = 0; kill < kills; kill++) {
    server = await startServer(dir);
    const { url } = server;
    const work_ = Array.from({ length: workers }, () => work(url).catch(() => {}));
    const before = granted;
    while (granted < before + 2 * limit) await sleep(10);
    expect(await server.end('SIGKILL')).toBe('SIGKILL');
    await Promise.all(work_);
    expect(await openGrants()).toBeLessThanOrEqual(limit);
    await endOpenGrants();
    underWay.clear();
  }
  expect(most).toBe(limit);
  expect(granted).toBeGreaterThanOrEqual(2 * limit * kills);

  async function openGrants(): Promise<number> {
    const store = openSqliteStore(dir);
    const { counts } = (await store.currentRollout('tiny', 'alpha', 'x86-64'))!;
    const hosts = await allHosts(store);
    const open = hosts.flatMap(({ grants }) => grants).filter(({ outcome }) => outcome === null).length;
    await store.close();
    expect(counts.inFlight).toBe(open);
    return open;
  }

  /** Those whose host went with the kill lapse; otherwise nobody else could start. */
  async function endOpenGrants(): Promise<void> {
    const store = openSqliteStore(dir);
    await store.advance(new Date(Date.now() + 25 * 3_600_000), 25 * 3_600_000);
    await store.close();
  }
});

async function allHosts(store: ReturnType<typeof openSqliteStore>) {
  const found = await store.findHosts({}, '', 100_000, new Date());
  return Promise.all(found.map(async ({ id }) => (await store.host(id))!));
}
