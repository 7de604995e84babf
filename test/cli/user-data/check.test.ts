import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeRelease } from '../../builder/support/made-release.ts';

let dir: string;
let file: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'cli-user-data-'));
  file = join(dir, 'web.yaml');
});
afterAll(() => rmSync(dir, { recursive: true }));

function check(args: readonly string[], input?: string) {
  const main = join(import.meta.dirname, '../../../cli/main.ts');
  const given = [main, 'user-data', 'check', ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, given, { encoding: 'utf8', input });
  return { status, stdout, stderr };
}

test('a problem has its line, a caret below the place, and what to write; the status is the table’s', () => {
  writeFileSync(file, '#cloud-config\nusers:\n  - name: ada\n    shel: /bin/sh\n');
  const { status, stdout } = check([file]);
  expect(status).toBe(65);
  expect(stdout).toContain(
    [
      `${file}:4:5: error: a user has no key “shel”`,
      '    4 |     shel: /bin/sh',
      '      |     ^',
      '    Did you mean shell?',
    ].join('\n'),
  );
  expect(stdout).toContain(`no host would apply ${file}: errors: 1`);
});

test('what would happen is a table for each kind of thing, from standard input too', () => {
  const { status, stdout } = check(['-'], '#cloud-config\nhostname: web-1\nruncmd: [[ls, -l]]\n');
  expect(status).toBe(0);
  expect(stdout).toMatch(/^Host\nSETTING +VALUE +LINE\nname +web-1 +2$/m);
  expect(stdout).toMatch(/^once, at the end +ls -l +3$/m);
});

test('control characters of a document reach no terminal', () => {
  const { stdout } = check(['-'], '#cloud-config\nhost\u001b[31mname: a\n"x\\e[2J": b\n');
  expect(stdout).not.toContain('\u001b');
});

test('JSON has problems and plan; a release lacks what its root image lacks', async () => {
  const release = join(dir, 'release');
  mkdirSync(release);
  const entries = [
    ...['usr', 'usr/bin', 'usr/sbin'].map((path) => ({ path, type: '5', mode: 0o755 })),
    ...['usr/bin/bash', 'usr/sbin/sshd'].map((path) => ({ path, type: '0', content: Buffer.from('x') })),
  ];
  writeFileSync(join(release, 'release.json'), JSON.stringify(await makeRelease(release, entries)));
  const has =
    'users:\n  - {name: ada, shell: /bin/bash, ssh_authorized_keys: [ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAbc0123456789abcdefghijklmnopqrstuvwxyzABCDE a]}\n';
  writeFileSync(file, `#cloud-config\n${has}timezone: UTC\n`);
  const alone = check([file, '--json', '--release', release]);
  expect(JSON.parse(alone.stdout)).toMatchObject({ valid: true, problems: [] });
  expect(alone.status).toBe(0);
  const lacks =
    '  - {name: bob, shell: /usr/bin/fish, sudo: "ALL=(ALL) ALL"}\ntimezone: Europe/Berlin\nmounts: [["nas:/a", /var/a, nfs]]\n';
  writeFileSync(file, `#cloud-config\n${has}${lacks}`);
  expect(check([file]).status).toBe(0);
  const beside = check([file, '--json', '--release', release]);
  expect(beside.status).toBe(65);
  const { valid, plan, problems } = JSON.parse(beside.stdout);
  expect({ valid, plan }).toEqual({ valid: false, plan: [] });
  expect(
    problems.map(
      ({ at, text }: { at: { line: number }; text: string }) =>
        `${at.line} ${text.replace(/^(.*): .* has no/, '$1:')}`,
    ),
  ).toEqual([
    '4 sudo: /usr/bin/sudo',
    '5 timezone: /usr/share/zoneinfo/Europe/Berlin',
    '6 mounts: /usr/lib/systemd/system-generators/systemd-fstab-generator',
    '4 the shell /usr/bin/fish: /usr/bin/fish',
    '6 a mount of type nfs: /usr/sbin/mount.nfs',
  ]);
});

test('a file that is not there is said', () => {
  expect(check([join(dir, 'none')])).toMatchObject({ status: 66 });
});
