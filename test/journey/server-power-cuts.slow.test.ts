import { dirname } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { createClient } from '../../cli/client/client.ts';
import { openRandom } from '../simulation/fleet/random.ts';
import { openLedger } from '../update-server/durability/ledger.ts';
import { publishRelease } from '../update-server/durability/operate.ts';
import { type Built, buildImages } from './build-images.ts';
import type { Fates, Stop } from './server/data-disk.ts';
import { loadServer } from './server/load.ts';
import { withServedMachine } from './server/served-machine.ts';
import { openStory } from './story.ts';
import { withVm } from './with-vm.ts';

const cuts = 8;
const mostWrites = 300;
/** A commit is one write or two; more come together when the log is brought into the database, or an upload ends. */
const unflushed = [1, 2, 3, 4, 6];
const seed = Number(process.env.JOURNEY_SEED ?? 1);
const allLost = () => 0.5;
let built: Built;

beforeAll(async () => {
  built = await buildImages('tiny');
});

test(`${cuts} power cuts of the server: nothing acknowledged is lost or doubled (seed ${seed})`, async () => {
  const random = openRandom(seed);
  const story = openStory('server-power-cuts', seed);
  await withVm('server-power-cuts', built.disk, async (place) => {
    await withServedMachine(place, async (machine) => {
      const { url, keysDir, disk } = machine;
      const dir = dirname(place.disk);
      const tell = (what: string) => story(what, machine.cpuSeconds());

      const [, token = ''] = /^admin token: (\S+)$/m.exec(await machine.start(true)) ?? [];
      await tell(`cut 1: it listens for the first time; ${inWords(await machine.powerCut(allLost))}`);
      await machine.start();
      await tell('  up');
      const asked = { server: url, token };
      const server = createClient(asked);
      const channel = { server, keysDir, name: 'tiny', channel: 'alpha' };
      const ledger = openLedger((await server.post<{ token: string }>('v1/tokens', { role: 'join' })).token);
      await publishRelease(ledger, channel, dir, '1.0');
      const policy = { in_flight: 1_000_000, max_failures: 1_000_000 };
      await server.replace('v1/policies/tiny/alpha', { policy });
      await server.post('v1/rollouts', { name: 'tiny', channel: 'alpha' });

      let number = 0;
      /** Keeps the server busy for a moment, or for a round of the operator, until the disk stops. */
      const cut = async (stop: Stop, isLong: boolean, fate: () => number) => {
        const load = loadServer({ url, server, channel, ledger, dir, nextNumber: () => ++number });
        await load.until(isLong ? load.round : ledger.grown());
        await load.until(disk.stop(stop));
        const fates = await machine.powerCut(fate);
        await load.over();
        return fates;
      };

      for (let n = 2; n <= cuts; n++) {
        const stop = { writes: random.between(1, mostWrites), unflushed: random.pick(unflushed) };
        const fates = await cut(stop, n % 2 === 0, random.fraction);
        await tell(`cut ${n}: ${stop.writes} writes later, ${stop.unflushed} unflushed; ${inWords(fates)}`);
        await machine.start();
        expect(await ledger.missingOfLate(asked)).toEqual([]);
        await tell(`  up, and shows all of late; in all ${JSON.stringify(ledger.size())}`);
      }
      expect(await ledger.missing(asked)).toEqual([]);
      expect(await machine.checkDatabase()).toBe('ok\n');
      const facts = ledger.size();
      expect(Math.min(facts.hosts, facts.grants, facts.reports)).toBeGreaterThan(10 * cuts);
      expect(Math.min(facts.tokens, facts.releases, facts.serial)).toBeGreaterThanOrEqual(cuts / 2);
      const { writes, flushes } = disk.counts();
      await tell(`everything is there; ${writes} writes, ${flushes} flushes`);

      // had the disk not flushed what it said it had, this would have told
      disk.lie();
      await cut({ writes: 1, unflushed: 1 }, true, allLost);
      await tell('cut: the disk lied about its flushes');
      await machine.start();
      const missing = await ledger.missingOfLate(asked);
      const { hosts, tokens, releases } = ledger.size();
      const count = (pattern: RegExp) => missing.filter((line) => pattern.test(line)).length;
      expect(count(/^host \S+ is lost/)).toBe(hosts - facts.hosts);
      expect(count(/^token \S+ is there 0 times/)).toBe(tokens - facts.tokens);
      expect(count(/^release \S+ is there 0 times/)).toBe(releases - facts.releases);
      expect(count(/^serial \d+ is lost/)).toBe(1);
      await tell(`  up, and does not show ${missing.length} facts of ${JSON.stringify(ledger.size())}`);
    });
  });
}, 3_600_000);

function inWords({ kept, lost, torn }: Fates): string {
  return `${kept} kept, ${lost} lost, ${torn} torn`;
}
