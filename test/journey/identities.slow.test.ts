import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { knownIdentities } from '../../builder/tree/identity/known-identities.ts';
import { run } from '../../system/process/run.ts';
import { chooseAccelerator } from '../support/vm/host.ts';
import { interlock } from './build-images.ts';
import { withVm } from './with-vm.ts';

const bootSeconds = 900;
const arch = process.arch === 'arm64' ? 'arm64' : 'x86-64';
/** What brings the programs of the table's rows; ZFS alone is not in Debian's main archive. */
const packages = [
  'openssh-server',
  'dropbear',
  'tinysshd',
  'nvme-cli',
  'open-iscsi',
  'ssl-cert',
  'mdadm',
  'bind9',
  'munge',
  'unbound',
  'xrdp',
  'brltty',
];
const definition = `name = "identities"
suite = "trixie"
kernel = "cloud"
packages = ${JSON.stringify([...packages, 'openssl', 'kmod'])}
cmdline = "console=ttyS0"
[slots]
root = "1 GiB"
verity = "16 MiB"
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlock-identities-'));
  await writeFile(join(folder, 'image.toml'), definition);
  await run(process.execPath, [interlock, 'build', folder, '--version', '1', '--out', folder]);
  const release = join(folder, `identities-1-${arch}`);
  await run(process.execPath, [interlock, 'disk', release, '--out', join(folder, 'disk.raw')]);
  await chooseAccelerator(join(release, 'boot.efi'));
}, 1_800_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

test('every package’s own identity is made on the first boot, once', async () => {
  const made = knownIdentities.filter(({ name, firstBoot }) => firstBoot && name !== 'zfs');
  const files = made.flatMap(({ firstBoot }) => firstBoot!.makes);
  await withVm('identities', join(folder, 'disk.raw'), async ({ start }) => {
    const vm = await start({ memory: 2048, mostBoots: 2 });
    await vm.waitForShell(bootSeconds);
    const units = made.map(({ name }) => `interlock-identity-${name}.service`);
    const results = () => vm.run(`systemctl show --property=Id,Result ${units.join(' ')}`, bootSeconds);
    await vm.try('systemctl is-system-running --wait', bootSeconds);
    const all = (await results())
      .trim()
      .split('\n\n')
      .map((each) => each.split('\n').toSorted().join(' '));
    expect(all).toEqual(units.map((unit) => `Id=${unit} Result=success`));
    const sums = await vm.run(`sha256sum ${files.join(' ')}`);
    expect(sums).not.toContain('e3b0c44298fc1c149afbf4c8996fb924');

    await vm.run('systemctl reboot --no-block');
    await vm.waitForShell(bootSeconds, 2);
    await vm.try('systemctl is-system-running --wait', bootSeconds);
    expect(await vm.run(`sha256sum ${files.join(' ')}`)).toBe(sums);
  });
});
