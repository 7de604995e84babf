import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDatabase } from '../../../update-server/store/sqlite/open.ts';
import { openSqliteStore } from '../../../update-server/store/sqlite/store.ts';
import { scratch } from '../support/start-server.ts';
import { prepareData } from './prepare.ts';
import { replay } from './replay.ts';
import { enrolSmallHost } from './small-host.ts';
import { killServer, mayTrace, type Traced, trace } from './trace.ts';

const hosts = 40;
const workers = 4;
const cuts = 30;

/** Something a host was told, and when it had heard it (seconds since 1970). */
interface Acknowledged {
  at: number;
  host: string;
  what: 'host' | 'grant' | 'report';
  id: string;
}

const now = () => (performance.timeOrigin + performance.now()) / 1000;

async function work(url: string, joinToken: string, count: number, heard: Acknowledged[]): Promise<void> {
  for (let n = 0; n < count; n++) {
    const host = await enrolSmallHost(url, joinToken);
    const hear = (what: Acknowledged['what'], id: string) =>
      heard.push({ at: now(), host: host.id, what, id });
    hear('host', host.id);
    const grant = (await host.ask())!;
    hear('grant', grant);
    for (const kind of ['written', 'rebooting', 'confirmed'] as const) {
      hear('report', await host.report(grant, kind));
    }
  }
}

/** What was acknowledged and is not there, or not once. */
async function missing(dataDir: string, heard: Acknowledged[]): Promise<string[]> {
  const db = openDatabase(dataDir);
  const problems = db.pragma('integrity_check', { simple: true }) === 'ok' ? [] : ['the database is damaged'];
  db.close();
  const store = openSqliteStore(dataDir);
  for (const { host: id, what, id: fact } of heard) {
    const host = await store.host(id);
    const ids = what === 'host' ? [host?.id] : host?.[`${what}s`].map((each) => each.id);
    const times = ids?.filter((each) => each === fact).length ?? 0;
    if (times !== 1) problems.push(`${what} ${fact} is there ${times} times`);
  }
  await store.close();
  return problems;
}

/** The same numbers each time (mulberry32). */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

test.skipIf(!mayTrace())(
  `nothing acknowledged is lost or doubled by a power cut that drops and tears what was not synced, at ${cuts} moments`,
  async () => {
    const { dir, remove } = scratch();
    const [dataDir, before] = [join(dir, 'data'), join(dir, 'before')];
    let server: Traced | undefined;
    try {
      const joinToken = await prepareData(dataDir);
      cpSync(dataDir, before, { recursive: true });
      const calls = 'pwrite64,fdatasync,fsync,ftruncate';
      server = trace(dir, calls, 70_000, 'serve', '--data', dataDir, '--listen', '127.0.0.1:0');
      const url = await server.url;
      const heard: Acknowledged[] = [];
      await Promise.all(Array.from({ length: workers }, () => work(url, joinToken, hosts / workers, heard)));
      await killServer(dataDir, server);
      const trail = server.calls();
      expect(heard).toHaveLength(hosts * 5);

      let acknowledged = 0;
      for (let seed = 1; seed <= cuts; seed++) {
        const chance = dice(seed);
        const cut = 1 + Math.floor(chance() * trail.length);
        const to = join(dir, `cut-${seed}`);
        replay(trail, cut, before, to, chance);
        const until = trail[cut]?.at ?? Number.POSITIVE_INFINITY;
        const known = heard.filter(({ at }) => at < until);
        acknowledged += known.length;
        expect(await missing(to, known), `cut ${seed} after call ${cut}`).toEqual([]);
        rmSync(to, { recursive: true });
      }
      expect(acknowledged).toBeGreaterThan(cuts);

      // had the server not synced, this would have told
      const unsynced = trail.filter(({ name }) => !name.endsWith('sync'));
      replay(unsynced, unsynced.length, before, join(dir, 'unsynced'), () => 0.5);
      expect(await missing(join(dir, 'unsynced'), heard)).toHaveLength(heard.length);
    } finally {
      if (server?.child.exitCode === null) await killServer(dataDir, server).catch(() => {});
      remove();
    }
  },
);
