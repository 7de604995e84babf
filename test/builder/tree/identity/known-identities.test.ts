import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { putFile, putSymlink } from '../../../../builder/tree/entries/change.ts';
import { readBody, type Tree } from '../../../../builder/tree/entries/entry.ts';
import { addFirstBootUnits } from '../../../../builder/tree/identity/first-boot-units.ts';
import { knownIdentities } from '../../../../builder/tree/identity/known-identities.ts';
import { removeIdentities } from '../../../../builder/tree/identity/remove-identities.ts';

const treeOf = (...paths: string[]): Tree => {
  const tree: Tree = new Map();
  for (const path of paths) putFile(tree, path, 'x');
  return tree;
};
const text = async (tree: Tree, path: string) => (await readBody(tree.get(path)!.body)).toString();
const unit = (name: string) => `usr/lib/systemd/system/interlock-identity-${name}.service`;

it('takes out what belongs to one machine, and links beside it that led there', async () => {
  const tree = treeOf(
    'etc/nvme/hostid',
    'etc/nvme/hostnqn',
    'etc/nvme/discovery.conf',
    'etc/iscsi/initiatorname.iscsi',
    'etc/iscsi/iscsid.conf',
    'etc/ssh/ssh_host_rsa_key',
    'etc/ssh/sshd_config',
    'etc/ssl/private/ssl-cert-snakeoil.key',
    'etc/ssl/certs/ssl-cert-snakeoil.pem',
    'etc/ssl/certs/ca.pem',
  );
  putSymlink(tree, 'etc/ssl/certs/3cbe0a98.0', 'ssl-cert-snakeoil.pem');
  putSymlink(tree, 'etc/ssl/certs/11111111.0', 'ca.pem');
  putSymlink(tree, 'etc/dovecot/private/dovecot.key', '/etc/ssl/private/ssl-cert-snakeoil.key');
  await removeIdentities(tree);
  expect([...tree.values()].filter(({ type }) => type !== 'directory').map(({ path }) => path)).toEqual([
    'etc/nvme/discovery.conf',
    'etc/iscsi/iscsid.conf',
    'etc/ssh/sshd_config',
    'etc/ssl/certs/ca.pem',
    'etc/ssl/certs/11111111.0',
    'etc/dovecot/private/dovecot.key',
  ]);
});

it('takes the name of the build machine out of configuration', async () => {
  const tree: Tree = new Map();
  putFile(tree, 'etc/hosts', '127.0.0.1 localhost\n127.0.1.1 interlock-build.lan interlock-build\n::1 ip6\n');
  putFile(
    tree,
    'etc/postfix/main.cf',
    'myhostname = interlock-build.UNKNOWN\nmydestination = $myhostname, interlock-build, localhost\ninet_protocols = all\n',
  );
  putFile(tree, 'etc/exim4/update-exim4.conf.conf', "dc_other_hostnames='interlock-build'\ndc_local='x'\n");
  putFile(
    tree,
    'etc/libvirt/qemu/networks/default.xml',
    "<network>\n  <uuid>8d2f</uuid>\n  <mac address='52:54:00:1'/>\n  <name>default</name>\n</network>\n",
  );
  await removeIdentities(tree);
  expect(await text(tree, 'etc/hosts')).toBe('127.0.0.1 localhost\n::1 ip6\n');
  expect(await text(tree, 'etc/postfix/main.cf')).toBe(
    'mydestination = $myhostname, localhost\ninet_protocols = all\n',
  );
  expect(await text(tree, 'etc/exim4/update-exim4.conf.conf')).toBe("dc_other_hostnames=''\ndc_local='x'\n");
  expect(await text(tree, 'etc/libvirt/qemu/networks/default.xml')).toBe(
    '<network>\n  <name>default</name>\n</network>\n',
  );
});

it('has a host make its own before services start, with the tools the image has', async () => {
  const tree = treeOf('usr/sbin/nvme', 'usr/bin/ssh-keygen', 'usr/sbin/iscsi-iname');
  addFirstBootUnits(tree, (path) => path === 'usr/sbin/iscsi-iname');
  expect([...tree.keys()].filter((path) => path.endsWith('.service'))).toEqual([
    unit('nvme'),
    unit('nvme').replace('system/', 'system/sysinit.target.wants/'),
  ]);
  const lines = (await text(tree, unit('nvme'))).split('\n');
  expect(lines).toContain('ConditionFileNotEmpty=|!/etc/nvme/hostid');
  expect(lines).toContain('DefaultDependencies=no');
  expect(lines).toContain('Before=sysinit.target shutdown.target');
});

it('has programs that a shell can read, and that make files of /etc', async () => {
  for (const { name, firstBoot } of knownIdentities) {
    if (!firstBoot) continue;
    const tree = treeOf(...firstBoot.needs);
    addFirstBootUnits(tree, () => false);
    execFileSync('sh', ['-n', '-c', await text(tree, `usr/lib/interlock/first-boot/${name}`)]);
    expect(await text(tree, unit(name))).toContain(
      `ExecStart=/bin/sh -e /usr/lib/interlock/first-boot/${name}\n`,
    );
    expect(firstBoot.makes.every((path) => path.startsWith('/etc/'))).toBe(true);
  }
});

it('makes the SSH keys that the configuration names, and leaves those that are there', async () => {
  const { run } = knownIdentities.find(({ name }) => name === 'ssh')!.firstBoot!;
  const etc = await mkdtemp(join(tmpdir(), 'ssh-'));
  const here = (script: string) => script.replaceAll('/etc/ssh', etc);
  await mkdir(join(etc, 'sshd_config.d'));
  await writeFile(join(etc, 'sshd_config'), '#HostKey /etc/ssh/no\n');
  await writeFile(join(etc, 'sshd_config.d/10.conf'), here('  hostkey /etc/ssh/ssh_host_ed25519_key\n'));
  // as a power cut may leave it
  await writeFile(join(etc, 'ssh_host_ed25519_key'), '');
  execFileSync('sh', ['-e', '-c', here(run)]);
  const key = await readFile(join(etc, 'ssh_host_ed25519_key'), 'utf8');
  expect(key).toMatch(/^-----BEGIN OPENSSH PRIVATE KEY-----/);
  execFileSync('sh', ['-e', '-c', here(run)]);
  expect(await readFile(join(etc, 'ssh_host_ed25519_key'), 'utf8')).toBe(key);
  expect((await readdir(etc)).filter((name) => name.startsWith('ssh_host')).sort()).toEqual([
    'ssh_host_ed25519_key',
    'ssh_host_ed25519_key.pub',
  ]);
  await rm(etc, { recursive: true });
});
