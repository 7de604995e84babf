import { mkdtempSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makePackages } from '../../packaging/package.ts';
import { readBlocks } from '../docs/read-blocks.ts';
import { makeFormerPackages } from '../support/debian/former-packages.ts';
import { type Debian, openDebian, type Shell } from '../support/debian/open-debian.ts';

const root = join(import.meta.dirname, '../..');
const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
const manager = join(root, 'test/support/debian/systemctl');
const epoch = 1_700_000_000;
const work = mkdtempSync(join(root, '.cache/journey-packaging-'));
const packages: Record<'former' | 'present' | 'next', string[]> = { former: [], present: [], next: [] };
const make = (version: string) =>
  ({
    out: join(work, version),
    architecture,
    level: 1,
    source: { version, epoch, commit: '0123456789ab' },
  }) as const;

beforeAll(async () => {
  packages.former = await makeFormerPackages(make('0.0.1-1'));
  packages.present = await makePackages(make('0.0.2-1'));
  packages.next = await makePackages(make('0.0.3-1'));
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** Lays packages into the home of root, in place of others. */
async function lay(debian: Debian, shell: Shell, files: readonly string[]): Promise<void> {
  await shell.type('rm -f /root/*.deb');
  for (const file of files) await debian.put(file, `root/${basename(file)}`);
}

/** What a running system has: its manager’s folder and command, and names. */
async function boot(debian: Debian): Promise<Shell> {
  const shell = await debian.open();
  await shell.type('dpkg-divert --quiet --local --rename --add /usr/bin/systemctl');
  await debian.put(manager, 'usr/bin/systemctl', '755');
  await shell.type('mkdir -p /run/systemd/system; echo 127.0.0.1 localhost updates.example.org > /etc/hosts');
  return shell;
}

describe.each(['bookworm', 'trixie'])('in a clean Debian %s', (suite) => {
  let debian: Debian;
  beforeAll(async () => {
    debian = await openDebian(suite, ['man-db', 'systemd']);
  });
  afterAll(() => debian?.remove());

  test('docs/install.md can be typed as it stands', async () => {
    const blocks = readBlocks(join(root, 'docs/install.md')).filter(({ words }) => words.includes('debian'));
    const service = blocks.findIndex(({ words }) => words.includes('service'));
    expect(service).toBeGreaterThan(0);
    const online = await debian.open({ network: true });
    await online.type('apt-get -qq update');
    await lay(debian, online, packages.present);
    const answers: string[] = [];
    for (const { text } of blocks.slice(0, service)) answers.push(await online.type(text));
    expect(answers.join('\n')).toMatch(/INTERLOCK-PUBLISH\(1\)/);
    await online.type('apt-get -qq install --download-only ./interlock-server_*.deb');
    await online.close();

    const system = await boot(debian);
    for (const block of blocks.slice(service)) {
      if (block.words.includes('upgrade')) await lay(debian, system, packages.next);
      const answer = await system.type(block.text);
      if (block.words.includes('service')) await lookAtService(system);
      if (block.words.includes('upgrade')) {
        expect(answer).toContain('0.0.3');
        expect(await system.type('interlock channel show tiny alpha')).toMatch(/head +1/);
      }
    }
    expect(await system.type('ls -d /var/lib/interlock /usr/lib/interlock 2>&1 || true')).not.toMatch(/^\//m);
    await system.close();
  });
});

/** It runs as its unit says, and the unit is one that systemd takes. */
async function lookAtService(system: Shell): Promise<void> {
  expect(await system.type('stat -c "%U %a" /var/lib/interlock /var/lib/interlock/admin-token')).toBe(
    'interlock 700\ninterlock 600\n',
  );
  expect(await system.type('stat -c %U "/proc/$(cat /run/interlock-server.pid)"')).toBe('interlock\n');
  const unit = '/usr/lib/systemd/system/interlock-server.service';
  expect(await system.type(`systemd-analyze verify ${unit}`)).toBe('');
  const [, exposure] =
    /Overall exposure level.*: (\d+\.\d)/.exec(
      await system.type(`systemd-analyze security --offline=true ${unit}`),
    ) ?? [];
  expect(Number(exposure)).toBeLessThanOrEqual(1.5);
}

describe('from the former release', () => {
  let debian: Debian;
  beforeAll(async () => {
    debian = await openDebian('bookworm', ['systemd', 'procps']);
  });
  afterAll(() => debian?.remove());

  const install = 'apt-get -qq install --no-install-recommends ./interlock_*.deb ./interlock-server_*.deb';
  const facts = 'interlock token list --json; interlock audit --json; interlock host list --json';
  const count = (text: string) => text.match(/"(?:id|seq|at)"/g)?.length ?? 0;

  test('an upgrade takes the database along, removing keeps it, and purging too until it is asked for', async () => {
    const system = await boot(debian);
    await lay(debian, system, packages.former);
    await system.type(install);
    await system.type(`interlock login --server http://127.0.0.1:8080 --token-file /var/lib/interlock/admin-token
interlock token create --role viewer --name screen > screen.token`);
    const before = await system.type(facts);
    expect(before).toContain('screen');

    await lay(debian, system, packages.present);
    await system.type(install);
    const after = await system.type(facts);
    expect(after).toContain('screen');
    expect(count(after)).toBeGreaterThanOrEqual(count(before));
    expect(await system.type('cat /run/systemctl.log')).toMatch(/restart/);
    expect(await system.type('ls /var/lib/interlock')).toMatch(/^interlock\.db\.schema-\d+$/m);

    const there = 'ls /var/lib/interlock/interlock.db';
    await system.type('apt-get -qq remove interlock-server');
    await system.type(`if kill -0 "$(cat /run/interlock-server.pid)"; then exit 1; fi; ${there}`);
    expect(await system.type('apt-get -qq purge interlock-server')).toContain('Kept: /var/lib/interlock');
    await system.type(`${there}; test ! -e /etc/default/interlock-server`);
    await system.type(install);
    expect(await system.type(facts)).toContain('screen');

    await system.type('touch /var/lib/interlock/purge; apt-get -qq purge interlock-server interlock');
    await system.type('test ! -e /var/lib/interlock; test ! -e /etc/interlock; test ! -e /usr/lib/interlock');
    await system.close();
  });
});
