import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { startSwitch } from '../support/vm/switch.ts';
import { type Built, buildImages } from './build-images.ts';
import { makeContainerTar } from './cluster/container-tar.ts';
import { clientUrl, placesOf } from './cluster/host-config.ts';
import { lockHistory } from './cluster/lock-history.ts';
import { type Fall, lookAtFall } from './cluster/look-at-fall.ts';
import { startNarration } from './cluster/narrate.ts';
import { startWriter } from './cluster/outside-writer.ts';
import { type Member, startMember } from './cluster/start-member.ts';
import { startSwarm, untilAllActive } from './cluster/swarm.ts';
import { startWatch } from './cluster/watch.ts';
import { runningIn, untilSettled } from './in-guest.ts';
import { readRelease } from './slot.ts';
import { type Outside, withServer } from './with-server.ts';
import { outFile } from './with-vm.ts';

const bootSeconds = 1800;
const rollSeconds = 5400;
const places = placesOf(3);
let built: Built;

/** Patience for three emulated machines on a few processors; what is waited for stays as it ships. */
const patience = {
  'systemd.unit-dropin.interlock-agent.timer':
    '[Timer]\nOnActiveSec=\nOnUnitInactiveSec=\nOnActiveSec=20\nOnUnitInactiveSec=30\nRandomizedDelaySec=0\n',
  'systemd.unit-dropin.interlock-deadman.timer': '[Timer]\nOnBootSec=\nOnBootSec=60min\n',
};

beforeAll(async () => {
  built = await buildImages('core');
}, 1_800_000);

test('a cluster that keeps its own lock takes version 2, one host at a time', async () => {
  const narration = await startNarration(outFile('cluster.txt'));
  await withServer(built.keys, async (outside) => {
    const publish = (version: string) =>
      outside.operate('publish', built.release(version), '--keys', outside.keys, '--channel', 'stable');
    await publish('1');
    await withMembers(outside, async (members, falls) => {
      narration.follow(members);
      await Promise.all(members.map(({ vm }) => vm.waitForShell(bootSeconds)));
      await Promise.all(members.map(({ vm }) => vm.run(untilUp, bootSeconds)));
      await startSwarm(members);
      await narration.say('three etcd members, three swarm managers, a service with a task on each');
      const firstBoots = await Promise.all(members.map(bootId));

      const watch = startWatch(members);
      const writer = startWriter(members.map(({ etcd }) => etcd));
      falls.leaderBy = watch.leaderBy;
      await publish('2');
      await narration.say('version 2 is published');
      await Promise.all(members.map(({ vm }) => untilSettled(vm, '2', rollSeconds)));
      await untilAllActive(members);
      await narration.say('version 2 is confirmed everywhere');
      await narration.stop();
      await watch.stop();
      const writes = await writer.finish();
      await narration.say(`${writes.acknowledged} writes acknowledged, ${writes.lost.length} lost`);
      await narration.say(`longest time without one ${writes.longestGap.toFixed(1)} s`);
      await narration.say(`longest silence of the service ${watch.longestSilence().toFixed(1)} s`);
      await narration.say(`etcd was led by ${watch.leaders().join(', then ')}`);
      const cpu = members.reduce((sum, { vm }) => sum + vm.cpuSeconds(), 0);
      await narration.say(`${cpu.toFixed(0)} s of the host's processor`);

      const lastBoots = await Promise.all(members.map(bootId));
      expect(new Set([...firstBoots, ...lastBoots]).size).toBe(2 * members.length);
      expect(members.map(({ vm }) => vm.boots())).toEqual([2, 2, 2]);
      for (const { vm } of members) expect(await runningIn(vm)).toEqual({ version: '2', slot: 'b' });
      expect(falls.seen.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual(
        members.map(({ name }) => ({ name, unready: [], availability: 'drain', tasks: 0 })),
      );
      for (const { name, leader } of falls.leaders) expect(leader, name).not.toBe(name);
      expect(writes.lost).toEqual([]);
      expect(writes.acknowledged).toBeGreaterThan(100);
      expect(writes.longestGap).toBeLessThan(60);
      const history = await lockHistory(members[0]!.etcd);
      expect(new Set(history.flatMap(({ holders }) => holders.map(({ host }) => host))).size).toBe(3);
      expect(Math.max(...history.map(({ holders }) => holders.length))).toBe(1);
      const { root } = await readRelease(built.release('2'));
      expect(history[0]).toMatchObject({
        slots: 1,
        holders: [],
        releases: { [root.verity.rootHash]: { ok: 3, failed: {} } },
      });
    });
  }).finally(narration.stop);
}, 9_000_000);

/** What was seen whenever a host went down. */
interface Falls {
  seen: Fall[];
  /** Who led etcd when the host that went down last answered for itself. */
  leaders: { name: string; leader: string | undefined }[];
  leaderBy(name: string): string | undefined;
}

/** Lends three hosts on one switch; afterwards nothing of them is left but their consoles in `out/`. */
async function withMembers(
  { config }: Outside,
  use: (members: Member[], falls: Falls) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'interlock-cluster-'));
  const tar = join(folder, 'container.tar');
  const network = await startSwitch(places.length);
  const members: Member[] = [];
  const falls: Falls = { seen: [], leaders: [], leaderBy: () => undefined };
  try {
    await mkdir(outFile(''), { recursive: true });
    await makeContainerTar(tar);
    for (const [index, place] of places.entries()) {
      const endpoints = [place, ...places.filter((other) => other !== place)].map(clientUrl);
      const credentials = {
        'interlock.config': config({ settle: 1200, lock: { endpoints, member: place.name } }),
        ...patience,
      };
      const beforeBoot = async (number: number) => {
        if (number === 1) return;
        falls.leaders.push({ name: place.name, leader: falls.leaderBy(place.name) });
        falls.seen.push(await lookAtFall(members[index]!, members));
      };
      const { release } = built;
      const options = { place, all: places, tar, netdev: network.ports[index]!.netdev, credentials };
      members.push(
        await startMember({
          ...options,
          folder: join(folder, place.name),
          release: release('1'),
          beforeBoot,
        }),
      );
    }
    await use(members, falls);
  } finally {
    await Promise.all(members.map((member) => member.stop()));
    await network.close();
    await rm(folder, { recursive: true, force: true });
  }
}

const untilUp =
  'for unit in etcd docker multi-user.target; do until systemctl -q is-active $unit; do sleep 2; done; done';

async function bootId({ vm }: Member): Promise<string> {
  return vm.run('cat /proc/sys/kernel/random/boot_id');
}
