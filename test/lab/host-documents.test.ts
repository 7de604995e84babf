import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import { expect, test } from 'vitest';
import { checkInputs, mergeInputs, settingsOf } from '../../agent/config/settings.ts';
import { foundInSeed } from '../../agent/user-data/documents/seed-documents.ts';
import { machineArgs } from '../../lab/machine/machine-args.ts';
import { bootsIn, lastLines, phaseOf } from '../../lab/machine/phase.ts';
import { makeSshKey } from '../../lab/machine/ssh-key.ts';
import { agentSettings, credentialsOf, seedOf } from '../../lab/plan/host-documents.ts';

const identity = {
  name: 'n2',
  names: ['n1', 'n2', 'n3'],
  instance: 'lab-ab-n2',
  sshKey: 'ecdsa-sha2-nistp256 AAAA lab',
  server: { port: 4711, joinToken: 'secret' },
  channel: 'alpha',
  etcd: null,
  isEmulated: true,
};

test('the agent reads from a seed what the lab wrote into it', () => {
  const { 'meta-data': metaData, 'network-config': networkConfig } = seedOf(identity);
  const bytes = (text: string) => Buffer.from(text);
  const documents = { metaData: bytes(metaData), networkConfig: bytes(networkConfig), userData: null };
  const found = foundInSeed('fw-cfg', documents, { fallbackId: '' });
  expect(found).toMatchObject({
    instanceId: 'lab-ab-n2',
    hostname: 'n2',
    sshKeys: ['ecdsa-sha2-nistp256 AAAA lab'],
    network: {
      links: [
        { name: 'lab', match: { mac: '52:54:00:77:00:02' }, addresses: ['10.77.0.12/24'] },
        { name: 'out', match: { mac: '52:54:00:77:01:02' }, dhcp4: true },
      ],
    },
  });
});

test('the agent goes by the lab’s settings, and by those of user-data where they say something else', () => {
  const lab = { file: '/run', values: parse(agentSettings(identity)) };
  checkInputs(lab.values, lab.file);
  const own = { file: '/etc', values: { channel: 'beta', labels: { role: 'web' } } };
  const settings = settingsOf(mergeInputs({ root: '/' }, [lab, own]));
  expect(settings).toMatchObject({
    server: 'http://10.0.2.2:4711',
    joinToken: 'secret',
    channel: 'beta',
    labels: { lab: 'n2', role: 'web' },
    lock: { kind: 'none' },
  });
});

test('a host of a lab with an etcd is told how it gets in, and which address is its own', () => {
  const etcd = {
    discovery: 'http://10.0.2.2:4711/discovery/ab',
    authority: 'a'.repeat(64),
    signer: 'https://10.0.2.2:4712',
    join: 'secret',
  };
  const lab = { file: '/run', values: parse(agentSettings({ ...identity, etcd })) };
  checkInputs(lab.values, lab.file);
  const settings = settingsOf(mergeInputs({ root: '/' }, [lab]));
  expect(settings).toMatchObject({
    etcd: { ...etcd, mode: 'auto', address: '10.77.0.12' },
    lock: { kind: 'etcd' },
  });
  const dropIn = 'systemd.unit-dropin.etcd.service';
  expect(credentialsOf({ ...identity, etcd })[dropIn]).toContain('ETCD_ELECTION_TIMEOUT=15000');
  expect(credentialsOf({ ...identity, etcd, isEmulated: false })).not.toHaveProperty([dropIn]);
});

test('every host knows the others by name', () => {
  const line = credentialsOf(identity)['tmpfiles.extra']!;
  const [, text = ''] = /^f\+~ \/etc\/hosts 0644 root root - (\S+)\n$/.exec(line) ?? [];
  expect(Buffer.from(text, 'base64').toString()).toBe(
    '127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n10.77.0.11 n1\n10.77.0.12 n2\n10.77.0.13 n3\n',
  );
});

test('QEMU gets two cards, loopback alone for what leads in, and credentials whatever is in them', () => {
  const args = machineArgs(
    {
      title: 'lab-n2',
      arch: 'x86-64',
      uuid: '00000000-0000-4000-8000-000000000000',
      memory: 512,
      cards: { lab: 'aa', out: 'bb' },
      switchPort: '../network/n2.sock',
      forwards: [
        { here: 2222, there: 22 },
        { here: 8080, there: 80 },
      ],
      credentials: { 'a.b': 'one, two\n' },
      seed: ['meta-data', 'user-data'],
    },
    'kvm',
  );
  const valuesOf = (flag: string) => args.flatMap((word, at) => (word === flag ? [args[at + 1]] : []));
  expect(valuesOf('-netdev')).toEqual([
    'stream,id=lab,server=off,addr.type=unix,addr.path=../network/n2.sock',
    'user,id=out,hostfwd=tcp:127.0.0.1:2222-:22,hostfwd=tcp:127.0.0.1:8080-:80',
  ]);
  expect(valuesOf('-accel')).toEqual(['kvm']);
  expect(valuesOf('-smbios')).toEqual([
    `type=11,value=io.systemd.credential.binary:a.b=${Buffer.from('one, two\n').toString('base64')}`,
  ]);
  expect(valuesOf('-fw_cfg')).toEqual([
    'name=opt/io.cloud-init/cloud-init/meta-data,file=meta-data',
    'name=opt/io.cloud-init/cloud-init/user-data,file=user-data',
  ]);
});

test('a console tells how far its last boot has come', () => {
  const firmware = '\x1b[2J\x1b[01;01HBdsDxe: loading Boot0001\r\nBdsDxe: starting Boot0001\r\n';
  const kernel = '[    9.132083] watchdog: watchdog0: watchdog did not stop!\r\n';
  expect(phaseOf('')).toBe('firmware');
  expect(phaseOf(firmware)).toBe('firmware');
  expect(phaseOf(firmware + kernel)).toBe('kernel');
  expect(phaseOf(`${firmware}${kernel}interlock: user-data of fw-cfg, instance x, were applied\r\n`)).toBe(
    'user-data',
  );
  expect(phaseOf(firmware + kernel + firmware)).toBe('firmware');
  expect([bootsIn(''), bootsIn(firmware + kernel), bootsIn(firmware + kernel + firmware)]).toEqual([0, 1, 2]);
  expect(lastLines(firmware + kernel, 1)).toBe(
    '\n  [    9.132083] watchdog: watchdog0: watchdog did not stop!',
  );
});

test('OpenSSH reads the lab’s key', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lab-'));
  try {
    const file = join(folder, 'key');
    await makeSshKey(file);
    const own = execFileSync('ssh-keygen', ['-y', '-f', file], { encoding: 'utf8' }).trim();
    expect((await readFile(`${file}.pub`, 'utf8')).trim()).toBe(`${own} lab`);
  } finally {
    await rm(folder, { recursive: true });
  }
});
