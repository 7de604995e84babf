import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeProvisioningDisc, makeSeeds } from '../support/user-data/make-volumes.ts';
import { type Built, buildImages } from './build-images.ts';
import { withVm } from './with-vm.ts';

const bootSeconds = 600;
let built: Built;
let scratch: string;
beforeAll(async () => {
  built = await buildImages('tiny');
  scratch = await mkdtemp(join(tmpdir(), 'interlock-volumes-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

const ovf = `<?xml version="1.0" encoding="utf-8"?>
<Environment xmlns="http://schemas.dmtf.org/ovf/environment/1" xmlns:wa="http://schemas.microsoft.com/windowsazure">
<wa:ProvisioningSection><wa:LinuxProvisioningConfigurationSet><wa:HostName>made</wa:HostName>
<wa:CustomData>${Buffer.from('#cloud-config\n').toString('base64')}</wa:CustomData>
</wa:LinuxProvisioningConfigurationSet></wa:ProvisioningSection></Environment>
`;

test('sticks and discs of every make are read, and a disc of UDF alone', async () => {
  const seeds = await makeSeeds(scratch);
  const disc = await makeProvisioningDisc(scratch, ovf);
  // devices get their letters in this order
  const sticks = seeds.flatMap(({ name, file }) => [
    ...['-drive', `if=none,id=${name},format=raw,readonly=on,file=${file}`],
    ...['-device', `virtio-blk-pci,drive=${name}`],
  ]);
  const drive = [
    ...['-drive', `if=none,id=disc,format=raw,media=cdrom,readonly=on,file=${disc}`],
    ...['-device', 'ide-cd,bus=ide.1,drive=disc'],
  ];
  await withVm('sources-volumes', built.disk, async ({ start }) => {
    const vm = await start({ extra: [...sticks, ...drive] });
    await vm.waitForShell(bootSeconds);
    await vm.run('until systemctl is-active -q interlock-user-data.target; do sleep 1; done', bootSeconds);
    const find = async (source: string) => {
      const text = `[user_data]\\nsources = ["${source}"]\\n`;
      await vm.run(`printf '${text}' >/etc/interlock/agent.d/70-sources.toml`);
      return JSON.parse(await vm.run('interlock-agent sources --json', 200)).found;
    };
    expect(await find('ovf')).toMatchObject({ source: 'ovf', hostname: 'made', userDataBytes: 14 });
    const read: string[] = [];
    for (const letter of 'abcdefgh'.slice(0, seeds.length)) {
      read.push((await find('no-cloud'))?.instanceId);
      await vm.run(`echo 1 >"$(realpath /sys/block/vd${letter}/device)/../remove"`);
    }
    expect(read).toEqual(seeds.map(({ name }) => name));
    expect(await find('no-cloud')).toBeNull();
    expect(await vm.run('grep -c user-data /proc/mounts || true')).toBe('0\n');
  });
});
