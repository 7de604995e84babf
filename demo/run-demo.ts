import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { TroubleCode } from '../protocol/errors/trouble-codes.ts';
import { startEtcd } from '../test/support/etcd.ts';
import type { Board } from './board.ts';
import { command } from './commands.ts';
import type { Site, SiteOptions } from './demo-host.ts';
import { hasSettledOn } from './describe-host.ts';
import { startFleet } from './fleet.ts';
import { publish } from './publish.ts';

/** What the demo runs with. */
export interface DemoOptions {
  board: Board;
  names: readonly string[];
  openSite(options: SiteOptions): Promise<Site>;
  /** Name of the kind of host, for output. */
  kind: string;
  /** Factor on all time limits. */
  patience: number;
  /** Run in reverse order when the demo ends, for any reason. */
  cleanUp: (() => Promise<unknown>)[];
}

/** What a host reports whose lock starts no release that failed on other hosts. */
const stoppedByFailures: TroubleCode = 'lock_brake';
const numbers = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

/** Runs the whole demo; returns a summary, one event a line. */
export async function runDemo({
  board,
  names,
  openSite,
  kind,
  patience,
  cleanUp,
}: DemoOptions): Promise<string[]> {
  const started = Date.now();
  const seconds = () => (Date.now() - started) / 1000;
  const { announce } = board;
  const folder = await mkdtemp(join(tmpdir(), 'interlock-demo-'));
  cleanUp.push(() => rm(folder, { recursive: true, force: true }));
  const at = (...path: string[]) => join(folder, ...path);
  const keys = at('keys');

  announce('Keys', `interlock keys init ${keys}`);
  await command(['keys', 'init', keys]);

  await makeUnhealthyImage(at('unhealthy'));
  const build = async (version: string, image: string, sameAs?: string) => {
    const shown = `interlock build ${image} --version ${version} --out releases --trust keys/root.json`;
    announce(
      `Release ${version}`,
      sameAs ? `${shown} --offline --lock releases/${basename(sameAs)}/packages.lock` : shown,
    );
    const { folder: release } = await command<{ folder: string }>([
      ...['build', image, '--version', version, '--out', at('releases')],
      ...['--trust', join(keys, 'metadata/root.json')],
      ...(sameAs ? ['--offline', '--lock', join(sameAs, 'packages.lock')] : []),
    ]);
    return release;
  };
  const first = await build('1', 'images/tiny');
  const second = await build('2', 'images/tiny', first);
  const third = await build('3', at('unhealthy'), first);

  announce('Lock', 'etcd on loopback: at most one host of the group may be down');
  const etcd = await startEtcd();
  cleanUp.push(() => etcd.stop());

  const count = numbers[names.length] ?? String(names.length);
  const site = await openSite({
    folder,
    names,
    release: first,
    keys,
    etcd: etcd.endpoints,
    announce,
    cleanUp,
  });
  const fleet = await startFleet(site.hosts, etcd.endpoints, board);
  cleanUp.push(() => fleet.stop());
  const settledOn = (version: string) => (views: Parameters<ReturnType<typeof hasSettledOn>>[0][]) =>
    views.every(hasSettledOn(version));
  const each = patience * names.length;
  await fleet.until('release 1 running everywhere', 30 + 10 * each, settledOn('1'));

  await publish(second, { ...site, announce });
  const updated = seconds();
  await fleet.until('release 2 running everywhere', 60 + 40 * each, settledOn('2'));
  const updateTook = seconds() - updated;

  announce('Rollback', 'interlock rollback tiny --channel stable --to 1 --keys keys');
  await command(['rollback', 'tiny', '--channel', 'stable', '--to', '1', '--keys', site.keys], site.env);
  await fleet.until('release 1 running everywhere again', 60 + 40 * each, settledOn('1'));

  await publish(third, { ...site, announce });
  let victim = '';
  await fleet.until('a fallback', 60 + 20 * each, (views) => {
    const back = views.find(({ memory }) =>
      Object.values(memory?.failed ?? {}).some(({ version }) => version === '3'),
    );
    victim = back?.name ?? '';
    const others = views.filter(({ name }) => name !== victim);
    return (
      back !== undefined &&
      hasSettledOn('1')(back) &&
      others.every(({ memory }) => memory?.problem?.code === stoppedByFailures)
    );
  });

  const cpu = fleet.cpuSeconds();
  const Count = count.replace(/^./, (letter) => letter.toUpperCase());
  return [
    'Three releases were built from Debian packages: read-only EROFS, dm-verity, one kernel image each.',
    'Offline keys signed them; the server has only the keys that prove freshness.',
    `${Count} ${kind} ran release 1, each on its own disk with two slots.`,
    `Release 2 was published to stable; the hosts installed it one at a time in ${updateTook.toFixed(0)} s.`,
    'interlock rollback withdrew 2, signed by the key of stable, and the hosts went back to release 1.',
    `Release 3 fails its health check: ${victim} tried it and fell back to its old slot.`,
    'The lock recorded the failure, so the others wrote release 3 but did not start it.',
    `At most ${fleet.mostDown()} ${fleet.mostDown() === 1 ? 'host was' : 'hosts were'} down at any time; the lock allows 1.`,
    `All hosts run release 1, confirmed${cpu > 0 ? `; the virtual machines used ${cpu.toFixed(0)} s of processor time` : ''}.`,
    `Everything has been stopped. The demo took ${seconds().toFixed(0)} s.`,
  ];
}

/** The same image with a health check that never holds. */
async function makeUnhealthyImage(folder: string): Promise<void> {
  await cp(join(import.meta.dirname, '../images/tiny'), folder, {
    recursive: true,
    verbatimSymlinks: true,
  });
  const checks = join(folder, 'overlay/etc/interlock/health.d');
  await mkdir(checks, { recursive: true });
  const script = '#!/bin/sh\necho the application does not answer\nexit 1\n';
  await writeFile(join(checks, '50-application'), script, { mode: 0o755 });
}
