import { setTimeout as sleep } from 'node:timers/promises';
import { openEtcd } from '../system/etcd/etcd.ts';
import { readLock } from '../system/lock/read-lock.ts';
import type { Board } from './board.ts';
import type { DemoHost } from './demo-host.ts';
import { describeHost, type HostView, isBack } from './describe-host.ts';

const pollMs = 150;
const lockEveryMs = 1000;

/** The hosts of the demo, and how many of them were down. */
export interface Fleet {
  /** Most hosts that were down or on trial at one time, by their own boots. */
  mostDown(): number;
  /** Processor seconds of all virtual machines. */
  cpuSeconds(): number;
  /** Shows the hosts until `isDone` returns true; throws after `seconds`. */
  until(what: string, seconds: number, isDone: (views: HostView[]) => boolean): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the hosts and follows them. */
export async function startFleet(
  hosts: readonly DemoHost[],
  etcdEndpoints: readonly string[],
  board: Board,
): Promise<Fleet> {
  const etcd = openEtcd({ endpoints: etcdEndpoints });
  const down = new Set<string>();
  let mostDown = 0;
  let lockShownAt = 0;
  for (const host of hosts) host.onDown(() => void goDown(host));
  await Promise.all(hosts.map((host) => host.start()));

  /** Hosts that came back since the last poll are no longer down: a place is free as soon as a host is proven. */
  async function goDown({ name }: DemoHost): Promise<void> {
    const views = await Promise.all(hosts.filter((host) => down.has(host.name)).map((host) => host.view()));
    for (const view of views.filter(isBack)) down.delete(view.name);
    down.add(name);
    mostDown = Math.max(mostDown, down.size);
  }

  async function showLock(views: readonly HostView[]): Promise<void> {
    if (Date.now() - lockShownAt < lockEveryMs) return;
    lockShownAt = Date.now();
    const value = await readLock(etcd, 'demo').catch(() => null);
    if (!value) return;
    const names = value.holders.map(
      ({ boot }) => views.find(({ memory }) => memory?.boots.includes(boot))?.name,
    );
    if (names.includes(undefined)) return;
    board.set('lock', names.length > 0 ? `held by ${names.join(', ')}` : 'free', true);
  }

  return {
    mostDown: () => mostDown,
    cpuSeconds: () => hosts.reduce((sum, host) => sum + host.cpuSeconds(), 0),
    async until(what, seconds, isDone) {
      for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(pollMs)) {
        const views = await Promise.all(hosts.map((host) => host.view()));
        for (const view of views) {
          if (isBack(view)) down.delete(view.name);
          board.set(view.name, describeHost(view), isWorthALine(view));
        }
        await showLock(views);
        if (isDone(views)) return;
      }
      throw new Error(`${what} did not happen within ${seconds} s`);
    },
    async stop() {
      etcd.close();
      await Promise.all(hosts.map((host) => host.stop()));
    },
  };
}

/** Leaves out progress where lines cannot change in place, because it would fill the screen. */
function isWorthALine({ progress, booting }: HostView): boolean {
  return !booting && (progress?.done ?? 0) === 0;
}
