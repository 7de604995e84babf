import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { asInterlockError } from '../protocol/errors.ts';
import { startEtcd } from '../test/support/etcd.ts';
import { createBoard } from './board.ts';
import { command, startServer } from './commands.ts';
import { hasSettledOn } from './describe-host.ts';
import { startFleet } from './fleet.ts';

parseArgs({ options: { 'file-backed': { type: 'boolean' } } });

const names = ['host-1', 'host-2', 'host-3'];
const board = createBoard(names);
const cleanUp: (() => Promise<unknown>)[] = [];
const started = Date.now();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void leave().finally(() => process.exit(130)));
}

try {
  const told = await tell();
  board.end();
  process.stdout.write(
    `\n${told.map((line, index) => `${String(index + 1).padStart(3)}  ${line}`).join('\n')}\n`,
  );
} catch (error) {
  board.end();
  process.stderr.write(`\n${asInterlockError(error).message}\n`);
  process.exitCode = 1;
} finally {
  await leave();
}

/** The whole story; returns what happened, a line each. */
async function tell(): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'interlock-demo-'));
  cleanUp.push(() => rm(folder, { recursive: true, force: true }));
  const at = (...path: string[]) => join(folder, ...path);
  const keys = at('keys');

  say('Keys', `interlock keys init ${keys}`);
  await command(['keys', 'init', keys]);

  await makeUnhealthyImage(at('unhealthy'));
  const releases: string[] = [];
  for (const [version, image] of [
    ['1', 'images/tiny'],
    ['2', 'images/tiny'],
    ['3', at('unhealthy')],
  ] as const) {
    say(
      `Release ${version}`,
      `interlock build ${image} --version ${version} --out releases --trust keys/root.json`,
    );
    const { folder: release } = await command<{ folder: string }>([
      ...['build', image, '--version', version, '--out', at('releases')],
      ...['--trust', join(keys, 'metadata/root.json')],
    ]);
    releases.push(release);
  }
  const [first = '', second = '', third = ''] = releases;

  say('Lock', 'etcd on loopback: at most one host of the group may be down');
  const etcd = await startEtcd();
  cleanUp.push(() => etcd.stop());

  say('Server', 'interlock serve --data data --online-keys keys/online');
  const server = await startServer(at('data'), join(keys, 'online'));
  cleanUp.push(() => server.stop());
  const env = { INTERLOCK_SERVER: server.url, INTERLOCK_TOKEN: server.adminToken };
  const publish = async (release: string) => {
    say('Publish', `interlock publish releases/${release.split('/').at(-1)} --keys keys --channel stable`);
    await command(['publish', release, '--keys', keys, '--channel', 'stable'], env);
  };
  await publish(first);
  const { token: joinToken } = await command<{ token: string }>([
    'token',
    'create',
    '--role',
    'join',
    '--data',
    at('data'),
  ]);

  say('Hosts', 'three disks with release 1 are switched on');
  const options = { folder, names, release: first, server: server.url, joinToken, etcd: etcd.endpoints };
  const fleet = await startFleet(options, board);
  cleanUp.push(() => fleet.stop());
  await fleet.until('release 1 running everywhere', 60, (views) => views.every(hasSettledOn('1')));

  await publish(second);
  const updated = seconds();
  await fleet.until('release 2 running everywhere', 180, (views) => views.every(hasSettledOn('2')));
  const updateTook = seconds() - updated;

  await publish(third);
  let victim = '';
  await fleet.until('a fall-back', 120, (views) => {
    const back = views.find(({ memory }) =>
      Object.values(memory?.failed ?? {}).some(({ version }) => version === '3'),
    );
    victim = back?.name ?? '';
    const others = views.filter(({ name }) => name !== victim);
    return (
      back !== undefined &&
      hasSettledOn('2')(back) &&
      others.every(({ memory }) => isBraked(memory?.wait?.reason))
    );
  });

  say('Rollback', 'interlock rollback tiny --channel stable --to 1 --keys keys');
  await command(['rollback', 'tiny', '--channel', 'stable', '--to', '1', '--keys', keys], env);
  await fleet.until('release 1 running everywhere again', 180, (views) => views.every(hasSettledOn('1')));

  return [
    'Three releases were built from Debian packages: read-only EROFS, dm-verity, one kernel image each.',
    'Offline keys signed them; the server holds only the keys that say "this is fresh".',
    'Three hosts ran release 1, each from a disk of its own with two slots.',
    `Release 2 was published to stable; the hosts took it one at a time in ${updateTook.toFixed(0)} s.`,
    `At most ${fleet.mostDown()} host was down at any time; the lock allows 1.`,
    `Release 3 fails its health check: ${victim} tried it, and its old slot came back by itself.`,
    'The lock remembers the failure: the other two wrote release 3 and never started it.',
    'interlock rollback withdrew 2 and 3: signed by the key of stable, the only way down.',
    'All three hosts run release 1 again, confirmed.',
    `Nothing is left running. ${seconds().toFixed(0)} s in all.`,
  ];
}

function isBraked(reason = ''): boolean {
  return reason.includes('failed on');
}

/** The same image with a health check that never holds. */
async function makeUnhealthyImage(folder: string): Promise<void> {
  await cp(join(import.meta.dirname, '../images/tiny'), folder, { recursive: true });
  const checks = join(folder, 'overlay/etc/interlock/health.d');
  await mkdir(checks, { recursive: true });
  await writeFile(
    join(checks, '50-application'),
    '#!/bin/sh\necho the application does not answer\nexit 1\n',
    {
      mode: 0o755,
    },
  );
}

function say(what: string, how: string): void {
  board.say(`${`${seconds().toFixed(0)} s`.padStart(6)}  ${what.padEnd(10)} ${how}`);
}

function seconds(): number {
  return (Date.now() - started) / 1000;
}

/** Stops what was started, last thing first. */
async function leave(): Promise<void> {
  for (const undo of cleanUp.splice(0).toReversed()) await undo();
}
