import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fileHostPaths } from '../../../agent/hosts/file-host.ts';
import { lookAtUserData } from '../../../agent/user-data/record/read-problems.ts';
import { newRecord, writeRecord } from '../../../agent/user-data/record/record.ts';
import type { HostDetail, HostSummary } from '../../../protocol/api/operator.ts';
import { type FormerRelease, layOutFormerRelease } from '../../support/former-release.ts';
import { type Programs, startWorld, type World } from '../../support/host/world.ts';

let former: FormerRelease;
let world: World | undefined;

beforeAll(async () => {
  former = await layOutFormerRelease();
});
afterAll(async () => {
  await world?.stop();
  await former?.remove();
});

const reportsOf = async (): Promise<string[]> => {
  const [only] = JSON.parse(await world!.interlock('host', 'list', '--json')) as HostSummary[];
  const host: HostDetail = JSON.parse(await world!.interlock('host', 'show', only!.id, '--json'));
  return host.reports.map(({ kind, version }) => `${kind} ${version}`).toReversed();
};
const journeyTo = (version: string) =>
  ['written', 'locked', 'rebooting', 'confirmed'].map((kind) => `${kind} ${version}`);

async function updates(programs: Programs): Promise<void> {
  world = await startWorld({ 1: {}, 2: {}, 3: {} }, 200_000, programs);
  await world.until('a first look', () => world!.isSettledOn('1'));
  await world.publish('2');
  await world.until('release 2', () => world!.isSettledOn('2'));
  await world.until('its reports', async () => (await reportsOf()).length === 4);
  expect(await reportsOf()).toEqual(journeyTo('2'));
  expect(await world.lock()).toMatchObject({ holders: [] });
}

it('the former release’s agent updates from this server', async () => {
  const { makeHostRelease } = await import(
    /* @vite-ignore */ join(former.dir, 'test/support/host/make-release.ts')
  );
  await updates({ agent: former.agent, makeHostRelease });
  await world!.stop();
  world = undefined;
});

it('this agent updates a host on a disk as it was before there was a place for a BIOS', async () => {
  const { packDisk } = await import(/* @vite-ignore */ join(former.dir, 'builder/pack/disk.ts'));
  await updates({ packDisk });
  const disk = join(world!.host.dir, fileHostPaths.disk);
  const names = execFileSync('sgdisk', ['-p', disk]).toString().match(/\S+$/gm);
  expect(names?.slice(-6)).toEqual(['esp', 'root-a', 'verity-a', 'root-b', 'verity-b', 'state']);
  expect(names).not.toContain('bios');
  expect(existsSync(join(world!.host.dir, fileHostPaths.esp, 'interlock'))).toBe(false);
  await world!.stop();
  world = undefined;
});

it('this agent updates from the former release’s server, and is heard while it has something new to say', async () => {
  await updates({ cli: former.cli });
  await world!.host.stop();
  const file = join(world!.host.dir, 'var/lib/interlock/agent/state.json');
  const memory = JSON.parse(await readFile(file, 'utf8'));
  const report = {
    grant: null,
    from: '1',
    version: '2',
    bootId: 'boot-0001',
    at: '2026-01-01T00:00:00Z',
    detail: '',
  };
  memory.reports = [
    { ...report, id: 'report-new-kind', kind: 'soft_rebooted' },
    { ...report, id: 'report-known-one', kind: 'written' },
  ];
  memory.wait = null;
  await writeFile(file, JSON.stringify(memory));
  // and a trouble that no server of that time has heard of
  await writeRecord(world!.host.dir, {
    ...newRecord('i-1', 'ec2', new Date('2026-01-01T00:00:00Z')),
    complete: true,
    problems: [{ item: 'timezone', problem: 'the image has no time zone Asia/Tokyo' }],
  });
  await world!.host.start();
  await world!.until('all reports told', async () => (await world!.memory())?.reports.length === 0);
  expect(await reportsOf()).toEqual([...journeyTo('2'), 'written 2']);
  expect(await lookAtUserData(world!.host.dir)).toMatchObject({ code: 'user_data_failed' });
  await world!.publish('3');
  await world!.until('release 3, with that trouble', () => world!.isSettledOn('3'));
});
