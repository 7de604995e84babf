import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../../system/process/run.ts';
import { makeFolderOnEsp, writeFileOnEsp } from '../support/vm/esp-file.ts';
import { type Built, buildImages, interlock } from './build-images.ts';
import { freePorts } from './cluster/free-ports.ts';
import { quickTimer } from './in-guest.ts';
import { withVm } from './with-vm.ts';

const seconds = 600;
const credential = 'interlock.root-shell';
const question = 'echo $((6 * 7)) is the answer of $(id -un)\n';
const answer = /^42 is the answer of root$/m;
let built: Built;
let scratch: string;
beforeAll(async () => {
  built = await buildImages('tiny');
  scratch = await mkdtemp(join(tmpdir(), 'interlock-first-hour-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

test('a machine that does not reach its server says why on its console', async () => {
  const [port] = await freePorts(1);
  await withVm(
    'first-hour',
    await diskWith(`server = "http://10.0.2.2:${port}"\nretry = 2\n`),
    async ({ start }) => {
      const without = await start({ net: 'none', credentials: quickTimer });
      await without.waitFor(
        /^interlock: this host has no network device .* -nic user,model=virtio-net-pci/m,
        seconds,
      );
      await without.waitForShell(seconds);
      expect(await without.run('interlock-agent status')).toMatch(/^to do +Give the machine a network card/m);
      const status = JSON.parse(await without.run('interlock-agent status --json'));
      expect(status.look.reason).toBe('device_missing');
      await without.stop();

      const vm = await start({ credentials: quickTimer });
      await vm.waitFor(
        new RegExp(`^interlock: no server listens at 10.0.2.2:${port}. Check the port`, 'm'),
        seconds,
      );
      expect(vm.console.text().match(/^interlock: no server listens/gm)).toHaveLength(1);
    },
  );
});

test('tiny gives a root shell on its serial console to who runs the machine, and to nobody else', async () => {
  await withVm('root-shell', built.disk, async ({ disk, start }) => {
    // neither a file on the ESP nor a word on the command line, which is on the ESP too
    await makeFolderOnEsp(disk, 'loader/credentials');
    await writeFileOnEsp(disk, `loader/credentials/${credential}.cred`, Buffer.from('yes'));
    const foreign = await start({ cmdline: `systemd.set_credential=${credential}:yes` });
    await foreign.waitFor(
      /^interlock: the credential interlock.root-shell is ignored: it is not "yes" in SMBIOS/m,
      seconds,
    );
    await foreign.waitFor(/login:/, seconds);
    foreign.type(question);
    await foreign.waitFor(/assword:|login:/, seconds);
    expect(await foreign.run('cat /proc/[0-9]*/comm | grep -cx bash || true', seconds)).toBe('0\n');
    await foreign.stop();

    const fromEsp = await start();
    await fromEsp.waitFor(/login:/, seconds);
    expect(await fromEsp.run('ls -R /run/credentials', seconds)).not.toContain(credential);
    await fromEsp.stop();

    for (const extra of [
      ['-smbios', `type=11,value=io.systemd.credential:${credential}=yes`],
      ['-fw_cfg', `name=opt/io.systemd.credentials/${credential},string=yes`],
    ]) {
      const vm = await start({ extra, shell: false });
      await vm.waitFor(/^interlock: root shell on the serial console/m, seconds);
      await vm.waitFor(/root@.*# /, seconds);
      vm.type(question);
      await vm.waitFor(answer, seconds);
      await vm.stop();
    }
  });
});

test('with Secure Boot on, tiny gives no root shell and says so', async () => {
  await withVm('root-shell-secure-boot', await signedDisk(), async ({ start }) => {
    const extra = ['-smbios', `type=11,value=io.systemd.credential:${credential}=yes`];
    const vm = await start({ secureBoot: true, mostBoots: 3, extra });
    await vm.waitFor(
      /^interlock: the credential interlock.root-shell is ignored: Secure Boot is on/m,
      seconds,
    );
    await vm.waitForShell(seconds, 2);
    expect(await vm.run('cat /proc/[0-9]*/comm | grep -cx bash || true', seconds)).toBe('0\n');
    expect(await vm.run('interlock-agent status', seconds)).toMatch(/^boot +Secure Boot on/m);
  });
});

/** A disk whose boot files these keys signed, and which enrolls them in a firmware without any. */
async function signedDisk(): Promise<string> {
  const [release, disk] = [join(scratch, basename(built.release('1'))), join(scratch, 'signed.raw')];
  await cp(built.release('1'), release, { recursive: true });
  const call = (...args: string[]) => run(process.execPath, [interlock, ...args]);
  await call('sign', release, '--keys', built.keys);
  await call('disk', release, '--out', disk, '--keys', built.keys, '--secure-boot-enroll');
  return disk;
}

async function diskWith(fragment: string): Promise<string> {
  const [folder, disk] = [join(scratch, 'etc'), join(scratch, 'disk.raw')];
  await mkdir(join(folder, 'interlock/agent.d'), { recursive: true });
  await writeFile(join(folder, 'interlock/agent.d/60-host.toml'), fragment);
  await run(process.execPath, [interlock, 'disk', built.release('1'), '--out', disk, '--config', folder]);
  return disk;
}
