import { expect, test } from 'vitest';
import { parseDefinition } from '../../../../builder/definition/define.ts';
import { neededPackages, requiredPackages } from '../../../../builder/packages/lock/required-packages.ts';
import { plan } from '../../../../builder/release/plan.ts';

const define = (more = '', suite = 'trixie') =>
  parseDefinition(
    `name = "x"\nsuite = "${suite}"\nkernel = "cloud"\n${more}\n[slots]\nroot = "1 GiB"\nverity = "16 MiB"\n`,
    'image.toml',
    '.',
    'x86-64',
  );
const of = (more?: string, suite?: string) => requiredPackages(define(more, suite), 'x86-64');

test('a list of one web server brings init, udev and whatever else a machine starts by', () => {
  expect(of('packages = ["nginx"]')).toEqual(
    expect.arrayContaining([
      'nginx',
      'systemd',
      'systemd-sysv',
      'udev',
      'kmod',
      'dbus',
      'linux-image-cloud-amd64',
    ]),
  );
  expect(of('packages = ["systemd", "udev"]').toSorted()).toEqual(of().toSorted());
});

test('Debian 12 has systemd-repart inside systemd, and no package of that name', () => {
  expect(of('', 'trixie')).toContain('systemd-repart');
  expect(of('', 'sid')).toContain('systemd-repart');
  expect(of('', 'bookworm')).not.toContain('systemd-repart');
});

test('what the agent calls comes with the agent alone', () => {
  expect(of()).toEqual(expect.arrayContaining(['dosfstools', 'mount', 'libstdc++6']));
  for (const name of ['dosfstools', 'mount', 'libstdc++6']) expect(of('agent = false')).not.toContain(name);
});

test('a message bus comes where the units need one', () => {
  expect(of('mask = ["systemd-logind.service"]')).not.toContain('dbus');
  expect(of('packages = ["dbus-broker"]')).not.toContain('dbus');
});

test('the plan gives a reason for each package that the definition does not name', async () => {
  const added = (await plan(define('packages = ["udev"]'), undefined)).filter(({ phase }) => phase === 'add');
  expect(added.map(({ what }) => what)).toContain('systemd: process 1, which the initrd starts');
  expect(added.some(({ what }) => what.startsWith('udev:'))).toBe(false);
  expect(neededPackages(define(), 'x86-64').every(({ reason }) => reason.length > 0)).toBe(true);
});
