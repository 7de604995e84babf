import { describe, expect, it } from 'vitest';
import { silent } from '../../../../builder/build-host/reporter.ts';
import { parseDefinition } from '../../../../builder/definition/define.ts';
import { lockProblems } from '../../../../builder/packages/lock/lock-problems.ts';
import type { PackagesLock } from '../../../../builder/packages/lock/packages-lock.ts';
import { requiredPackages } from '../../../../builder/packages/lock/required-packages.ts';
import { unneededPackages } from '../../../../builder/packages/lock/unneeded-packages.ts';
import { lockFor } from '../../../../builder/packages/lock-for.ts';
import { putFile } from '../../../../builder/tree/entries/change.ts';
import type { Tree } from '../../../../builder/tree/entries/entry.ts';
import { checkInstalled } from '../../../../builder/tree/install/check-installed.ts';

const toml = `name = "x"
suite = "trixie"
packages = ["systemd"]
kernel = "cloud"
[slots]
root = "1 GiB"
verity = "16 MiB"
`;
const definition = parseDefinition(toml, 'image.toml', '.');

function lockOf(names: readonly string[]): PackagesLock {
  const packages = names.map((name) => ({
    name,
    version: '1:2.0+b1',
    arch: 'amd64',
    path: `pool/${name}.deb`,
    size: 1,
    sha256: 'a'.repeat(64),
  }));
  return { format: 1, suite: 'trixie', arch: 'x86-64', date: '2026-11-19T02:12:54Z', packages };
}

describe('requiredPackages', () => {
  it.each([
    ['cloud', 'x86-64', 'linux-image-cloud-amd64'],
    ['generic', 'x86-64', 'linux-image-amd64'],
    ['generic', 'arm64', 'linux-image-arm64'],
  ] as const)('adds the %s kernel of %s', (kernel, arch, name) => {
    expect(requiredPackages({ ...definition, kernel }, arch)).toContain(name);
  });
});

describe('lockFor', () => {
  const complete = lockOf(requiredPackages(definition, 'x86-64'));

  it('takes a lock that fits without asking anybody', async () => {
    expect(await lockFor(definition, 'x86-64', complete, silent)).toBe(complete);
  });

  it.each([
    ['another suite', { ...complete, suite: 'forky' }, /it is for forky/],
    ['another architecture', { ...complete, arch: 'arm64' as const }, /it is for arm64/],
    ['too few packages', lockOf(['systemd']), /lacks .*dmsetup/],
  ])('refuses a lock for %s', async (_what, lock, problem) => {
    await expect(lockFor(definition, 'x86-64', lock, silent)).rejects.toThrow(problem);
  });
});

describe('a lock that holds more than the definition asks for', () => {
  const names = requiredPackages(definition, 'x86-64');
  const second = (requested: Record<string, string>, more: string[] = []): PackagesLock => ({
    ...lockOf([...names, ...more]),
    format: 2,
    layers: ['2026-11-19T02:12:54Z'],
    requested: { ...Object.fromEntries(names.map((name) => [name, name])), ...requested },
  });
  const problems = (lock: PackagesLock, packages = ['systemd']) =>
    lockProblems(lock, { ...definition, packages }, 'x86-64').join('; ');

  it('is refused with the names that nobody asks for any more', () => {
    const lock = second({ sudo: 'sudo', auditd: 'auditd' }, ['sudo', 'auditd', 'libaudit1']);
    expect(problems(lock)).toMatch(/^it holds auditd, sudo, which the definition does not ask for/);
    expect(problems(lock, ['systemd', 'sudo', 'auditd'])).toBe('');
    expect(problems(lock, ['systemd', 'sudo', 'auditd', 'vim'])).toMatch(/^it lacks vim;/);
  });

  it('knows which package was chosen for a virtual name', () => {
    const lock = second({ 'mail-transport-agent': 'postfix' }, ['postfix']);
    expect(problems(lock, ['systemd', 'mail-transport-agent'])).toBe('');
    expect(problems(lock, ['systemd', 'postfix'])).toBe('');
    expect(problems(lock)).toMatch(/holds postfix/);
  });

  it.each([
    ['vim=1:*', ''],
    ['vim', ''],
    ['vim=2:*', 'it lacks vim=2:*; build with --update-lock'],
  ])('compares versions with %s', (wish, expected) => {
    expect(problems(second({ 'vim=1:2.*': 'vim' }, ['vim']), ['systemd', wish])).toContain(expected);
  });
});

describe('unneededPackages', () => {
  const stanza = (name: string, fields: Record<string, string> = {}) =>
    Object.entries({ Package: name, ...fields })
      .map(([key, value]) => `${key}: ${value}`)
      .join('\n');
  const set = [
    stanza('base', { Essential: 'yes', 'Pre-Depends': 'libc (>= 2)' }),
    stanza('libc'),
    stanza('tool', { Depends: 'libtool:any (= 1),\n awk | gawk [amd64]', Recommends: 'extra' }),
    stanza('libtool', { Depends: 'tool' }),
    stanza('mawk', { Provides: 'awk (= 1), other' }),
    stanza('extra'),
    stanza('dropped', { Depends: 'libdropped' }),
    stanza('libdropped', { Depends: 'dropped' }),
  ];

  it('follows dependencies, alternatives and what packages provide', () => {
    expect(unneededPackages(set, ['tool'])).toEqual(['extra', 'dropped', 'libdropped']);
    expect(unneededPackages(set, ['awk'])).toEqual(['tool', 'libtool', 'extra', 'dropped', 'libdropped']);
  });
});

describe('checkInstalled', () => {
  const stanza = (name: string, version: string, status = 'install ok installed') =>
    `Package: ${name}\nStatus: ${status}\nVersion: ${version}\nDescription: x\n more\n`;
  const check = (...stanzas: string[]) => {
    const tree: Tree = new Map();
    putFile(tree, 'var/lib/dpkg/status', `${stanzas.join('\n')}\n`);
    return checkInstalled(tree, lockOf(['a', 'b']));
  };
  const a = stanza('a', '1:2.0+b1');
  const b = stanza('b', '1:2.0+b1');

  it('accepts exactly the locked packages and the stub', async () => {
    await expect(check(a, b, stanza('interlock-initrd', '1'))).resolves.toBeUndefined();
  });

  it.each([
    ['one more', [a, b, stanza('c', '1')], /c 1 is installed and not locked/],
    ['one less', [a], /b 1:2\.0\+b1 is locked and not installed/],
    ['another version', [a, stanza('b', '3')], /b 3 is installed and not locked/],
    ['a half-configured one', [a, stanza('b', '1:2.0+b1', 'install ok unpacked')], /unpacked/],
  ])('refuses %s', async (_what, stanzas, problem) => {
    await expect(check(...stanzas)).rejects.toThrow(problem);
  });
});
