import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findUserData } from '../../../agent/user-data/sources/find-user-data.ts';

let root: string;
const path = process.env.PATH;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'interlock-guestinfo-'));
  mkdirSync(join(root, 'sys/class/dmi/id'), { recursive: true });
  writeFileSync(join(root, 'sys/class/dmi/id/sys_vendor'), 'VMware, Inc.\n');
  writeFileSync(join(root, 'sys/class/dmi/id/product_uuid'), '4C4C4544\n');
});
afterEach(() => {
  process.env.PATH = path;
  rmSync(root, { recursive: true });
});

/** Says what VMware’s own tool says of these values: each by its name, and for others a failure. */
function hypervisor(values: Record<string, string>): void {
  const [bin, folder] = [join(root, 'bin'), join(root, 'values')];
  for (const each of [bin, folder]) mkdirSync(each);
  for (const [name, value] of Object.entries(values)) writeFileSync(join(folder, name), value);
  const tool = join(bin, 'vmware-rpctool');
  writeFileSync(
    tool,
    `#!/bin/sh\nname=\${1#info-get guestinfo.}\ncat "${folder}/$name" 2>/dev/null || { echo "No value found"; exit 1; }\n`,
  );
  chmodSync(tool, 0o755);
  process.env.PATH = `${bin}:${path}`;
}

const search = () =>
  findUserData({ stage: 'local', deadlineMs: 20_000, root, runFolder: join(root, 'run'), sources: null });
const packed = (text: string) => gzipSync(text).toString('base64');
const network =
  'version: 2\nethernets:\n  a: {match: {macaddress: "00:50:56:00:00:01"}, addresses: [192.0.2.7/24]}\n';

test('user-data and metadata, packed, with the network inside in each form that VMware’s users write', async () => {
  const forms = [
    `network:\n${network.replaceAll(/^/gm, '  ').trimEnd()}\n`,
    `network: ${packed(network)}\nnetwork.encoding: gzip+base64\n`,
    `network: ${Buffer.from(network).toString('base64')}\nnetwork.encoding: base64\n`,
    `network: ${Buffer.from(network).toString('base64')}\n`,
  ];
  for (const form of forms) {
    hypervisor({
      userdata: packed('#cloud-config\n'),
      'userdata.encoding': 'gzip+base64',
      metadata: packed(`instance-id: vm-7\nlocal-hostname: one\n${form}`),
      'metadata.encoding': 'gz+b64',
    });
    const { found } = await search();
    expect(found).toMatchObject({
      source: 'guestinfo',
      instanceId: 'vm-7',
      hostname: 'one',
      trusted: true,
      userData: Buffer.from('#cloud-config\n'),
      network: { links: [{ name: 'a', addresses: ['192.0.2.7/24'] }] },
    });
    for (const each of ['bin', 'values']) rmSync(join(root, each), { recursive: true });
  }
});

test('user-data alone are of the machine; a network that is none costs only itself', async () => {
  hypervisor({ userdata: '#cloud-config\n', metadata: 'network: "%"\nnetwork.encoding: base64\n' });
  expect((await search()).found).toMatchObject({
    instanceId: '4c4c4544',
    userData: Buffer.from('#cloud-config'),
    networkProblem: 'guestinfo.metadata: network: is not valid base64',
  });
});

test('without values another source is asked, and without the tool it is said', async () => {
  hypervisor({ userdata: '---', metadata: '' });
  expect(await search()).toMatchObject({
    found: null,
    misses: [{}, {}, { source: 'guestinfo', failed: false }, {}, {}, {}],
  });
  process.env.PATH = join(root, 'nothing');
  const { misses } = await search();
  expect(misses[2]).toMatchObject({
    failed: true,
    reason: expect.stringContaining('the image has no vmware-rpctool (package open-vm-tools)'),
  });
});
