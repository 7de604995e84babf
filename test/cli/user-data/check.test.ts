import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { formatLock } from '../../../builder/packages/lock/packages-lock.ts';
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

test('JSON has problems and plan; a release lacks what its list of packages lacks', async () => {
  const release = join(dir, 'release');
  mkdirSync(release);
  const made = await makeRelease(release, [{ path: 'x', type: '0', content: Buffer.from('x') }]);
  writeFileSync(join(release, 'release.json'), JSON.stringify(made));
  const lock = {
    format: 1,
    suite: 'trixie',
    arch: 'x86-64',
    date: '2026-01-01T00:00:00Z',
    packages: [],
  } as const;
  writeFileSync(join(release, 'packages.lock'), formatLock({ ...lock, packages: [] }));
  writeFileSync(file, '#cloud-config\nusers:\n  - {name: ada, sudo: "ALL=(ALL) ALL"}\n');
  const alone = check([file, '--json']);
  expect(alone.status).toBe(0);
  expect(JSON.parse(alone.stdout)).toMatchObject({ valid: true, problems: [], plan: [{ title: 'Users' }] });
  const beside = check([file, '--json', '--release', release]);
  expect(beside.status).toBe(65);
  expect(JSON.parse(beside.stdout)).toMatchObject({
    valid: false,
    plan: [],
    problems: [{ at: { line: 3, column: 5 }, text: expect.stringContaining('sudo needs the package sudo') }],
  });
});

test('a file that is not there is said', () => {
  expect(check([join(dir, 'none')])).toMatchObject({ status: 66 });
});
