import { existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Manager } from '../../../agent/user-data/apply/manager.ts';
import { describeOutcome } from '../../../agent/user-data/describe-outcome.ts';
import type { Found, Miss, Stage } from '../../../agent/user-data/ports/found.ts';
import { runStage } from '../../../agent/user-data/run-stage.ts';
import { type FolderHost, makeFolderHost } from '../../support/user-data/folder-host.ts';

let host: FolderHost;
let ordered: string[];
beforeEach(() => {
  host = makeFolderHost();
});
afterEach(() => host.remove());

const document = `#cloud-config
hostname: web-1
manage_etc_hosts: true
write_files:
  - {path: /etc/motd, content: once}
  - {path: /run/note, content: each}
bootcmd: [mkdir -p var/log && echo boot >>var/log/boots]
runcmd: [ls]
coreos:
  units:
    - {name: r.service, runtime: true, command: start, content: "[Service]\\nExecStart=/bin/true\\n"}
    - {name: s.service, command: start, content: "[Service]\\nExecStart=/bin/true\\n"}
`;
const kept = 'var/lib/interlock/user-data/document.json';
const silent: Miss = { source: 'ec2', failed: true, reason: 'no answer in 60 s' };
const told = (userData: string, instanceId = 'i-1'): Found => ({
  source: 'ec2',
  instanceId,
  userData: Buffer.from(userData),
  sshKeys: [],
  trusted: false,
});

/** A boot whose stage finds this; /run is empty before each. */
async function boot(
  found: Found | null,
  options: { stage?: Stage; misses?: Miss[]; secureBoot?: boolean } = {},
) {
  const { stage = 'network', misses = found ? [] : [silent], secureBoot = false } = options;
  for (const path of ['run/note', 'run/systemd', 'etc/motd'])
    rmSync(join(host.root, path), { recursive: true, force: true });
  ordered = [];
  const manager: Manager = {
    changed() {},
    enable: async () => {},
    disable: async () => {},
    command: async (verb, unit) => void ordered.push(`${verb} ${unit}`),
    settle: async () => {},
  };
  const search = { found, misses, askNetwork: false };
  const now = new Date('2026-12-01T00:00:00Z');
  return runStage({ root: host.root, stage, search, secureBoot, manager, now });
}

test('what each boot must do is done while the service is silent, and nothing else', async () => {
  await boot(told(document));
  expect(ordered).toEqual(['start r.service', 'start s.service']);
  expect(statSync(join(host.root, kept)).mode & 0o777).toBe(0o600);
  host.put('etc/hosts', '');

  const outcome = await boot(null);
  expect(host.read('run/note')).toBe('each');
  expect(host.has('etc/motd')).toBe(false);
  expect(host.read('var/log/boots')).toBe('boot\nboot\n');
  expect(host.read('etc/hosts')).toBe('127.0.1.1 web-1\n');
  expect(host.read('run/systemd/system/r.service')).toContain('ExecStart');
  expect(ordered).toEqual(['start r.service']);
  expect(describeOutcome(outcome)).toEqual([
    'user-data: ec2 cannot be read: no answer in 60 s',
    'user-data: none in this boot; the host stays what instance i-1 made it, and the next boot looks again',
  ]);
});

test('what fails in such a boot is said and stays until it holds', async () => {
  await boot(told('#cloud-config\nbootcmd: [test -e etc/wanted]\n'));
  host.put('etc/wanted', '');
  expect((await boot(null)).problems).toEqual([]);
  rmSync(join(host.root, 'etc/wanted'));
  const { problems, record } = await boot(null);
  expect(problems.map(({ item }) => item)).toEqual(['bootcmd']);
  expect(record?.problems).toEqual(problems);
});

test('what was cut before it was complete is not complete by a silent boot', async () => {
  const { record } = await boot(told(document));
  host.put('var/lib/interlock/user-data/instance.json', JSON.stringify({ ...record, complete: false }));
  expect((await boot(null)).record?.complete).toBe(false);
  await boot(told(document));
  expect(host.read('etc/motd')).toBe('once');
});

test('a document that asks nothing of each boot is not kept, and one of a former instance is not used', async () => {
  await boot(told('#cloud-config\nhostname: web-1\n'));
  expect(existsSync(join(host.root, kept))).toBe(false);
  await boot(told(document));
  const former = host.read(kept);
  await boot(told('#cloud-config\n', 'i-2'));
  expect(host.has(kept)).toBe(false);
  host.put(kept, former);
  await boot(null);
  expect(host.has('run/note')).toBe(false);
});

test('a disk that was taken away asks nothing; one that cannot be read counts as silent', async () => {
  await boot(told(document), { stage: 'local' });
  await boot(null, { stage: 'local', misses: [{ source: 'no-cloud', failed: false, reason: 'no disk' }] });
  expect(host.has('run/note')).toBe(false);
  await boot(null, { stage: 'local', misses: [{ source: 'no-cloud', failed: true, reason: 'torn' }] });
  expect(host.has('run/note')).toBe(true);
});

test('with Secure Boot on, a kept document does no more than a disk may', async () => {
  await boot(told(document));
  await boot(null, { secureBoot: true });
  expect(host.has('run/note')).toBe(false);
  expect(ordered).toEqual([]);
  expect(host.read('var/log/boots')).toBe('boot\n');
  expect(host.read('etc/hosts')).toContain('web-1');
});
