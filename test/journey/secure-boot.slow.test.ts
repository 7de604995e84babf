import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeCertificates } from '../../builder/keys/certificates/certificates.ts';
import { run } from '../../system/process/run.ts';
import { listEsp, readFileOnEsp, writeFileOnEsp } from '../support/vm/esp-file.ts';
import { machineFiles } from '../support/vm/qemu-args.ts';
import type { Vm } from '../support/vm/start-vm.ts';
import { type Built, buildImages, interlock } from './build-images.ts';
import { memoryOf, quickTimer, runningIn, until, untilSettled } from './in-guest.ts';
import { readRelease } from './slot.ts';
import { type Outside, withServer } from './with-server.ts';
import { outFile, withVm } from './with-vm.ts';

const bootSeconds = 400;
const updateSeconds = 900;
const archive = 'interlock/config.cpio';
let built: Built;
let scratch: string;
beforeAll(async () => {
  built = await buildImages('tiny');
  scratch = await mkdtemp(join(tmpdir(), 'interlock-secure-boot-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

test('a host whose firmware knows our keys boots, is configured and updates by what they signed, and by nothing else', async () => {
  const lines: string[] = [];
  const started = Date.now();
  const reached = async (what: string) => {
    lines.push(`${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s  ${what}\n`);
    await writeFile(outFile('secure-boot.txt'), lines.join(''));
  };
  await withServer(built.keys, async (outside) => {
    const { keys, config } = outside;
    const first = await signed(built.release('1'), keys);
    const disk = await firstDisk(first, keys, config({ settle: 5 }));
    await outside.operate('publish', first, '--keys', keys, '--channel', 'stable');
    await withVm('secure-boot', disk, async ({ disk: copy, start }) => {
      const good = await readFileOnEsp(copy, archive);
      const damaged = Buffer.from(good);
      damaged[good.indexOf('server = ')] = 0x53;
      await writeFileOnEsp(copy, archive, damaged);
      const vm = await start({ secureBoot: true, mostBoots: 8, credentials: quickTimer });

      await vm.waitForShell(bootSeconds, 2);
      expect(vm.console.text()).toContain('Custom Secure Boot keys successfully enrolled');
      await reached('keys are enrolled, version 1 is up');
      expect(await firmwareOf(vm)).toEqual({ secureBoot: 1, setupMode: 0 });
      expect(await vm.run('interlock-agent status', 120)).toMatch(
        /^boot +Secure Boot on, kernel lockdown integrity$/m,
      );
      const said = await vm.run('dmesg | grep interlock:');
      expect(said).toMatch(/is not taken: .*is not signed by a key of this firmware/);
      expect(await vm.run('ls /etc/interlock/agent.d')).toBe('50-host.toml\n');
      await reached('a configuration with one changed byte was not taken');

      await vm.run('systemctl poweroff --no-block');
      await vm.waitUntilOff(180);
      await writeFileOnEsp(copy, archive, good);
      await vm.powerOn();
      await vm.waitForShell(bootSeconds);
      expect(await vm.run('dmesg | grep interlock:')).toContain('configuration was taken from the ESP');
      expect(await vm.run('ls /etc/interlock/agent.d')).toBe('50-host.toml\n60-host.toml\n');
      await untilSettled(vm, '1', updateSeconds);
      await reached('the signed configuration was taken, and the agent follows it');

      await vm.run('echo mine >/etc/issue');
      const boots = vm.boots();
      const [unsigned, foreign] = [built.release('2'), await built.vary('3', {})];
      for (const [what, release, x509] of [
        ['an unsigned release', unsigned, null],
        ['one that a foreign key signed', foreign, 'foreign'],
      ] as const) {
        await publishWith(x509, release, outside);
        const { root } = await readRelease(release);
        const refusal = `b-${root.verity.rootHash.slice(0, 16)}.efi is not signed by a key of this firmware`;
        await until(vm, `refusing ${what}`, updateSeconds, ({ problem, phase }) => {
          return phase.at === 'idle' && (problem?.problem ?? '').endsWith(refusal);
        });
        expect(await listEsp(copy, 'loader/entries')).toEqual(['interlock-1.conf']);
        expect((await outside.lock()).holders).toEqual([]);
        expect(vm.boots()).toBe(boots);
        await reached(`${what} was refused before the flip`);
      }

      const next = await signed(await built.vary('4', { scripts: { 'etc/issue': 'version 4\n' } }), keys);
      await outside.operate('publish', next, '--keys', keys, '--channel', 'stable');
      await vm.waitForShell(updateSeconds, boots + 1);
      await untilSettled(vm, '4', updateSeconds);
      expect(await runningIn(vm)).toEqual({ version: '4', slot: 'b' });
      expect(await firmwareOf(vm)).toEqual({ secureBoot: 1, setupMode: 0 });
      expect((await memoryOf(vm))!.problem).toBeNull();
      expect(await vm.run('interlock-agent status', 120)).toMatch(
        /^\/etc +issue is older than what the image changed to$/m,
      );
      await reached('a signed release was installed and confirmed');
      lines.push(`${vm.cpuSeconds().toFixed(1)} s of the host's processor\n`);
      await vm.stop();
      await refusedByFirmware(machineFiles(join(copy, '..')).variables, first, foreign, disk);
      await reached('disks with unsigned and foreign boot files did not start');
    });
  });
}, 3_600_000);

/** The same firmware, keys and all, on disks that its keys did not sign. */
async function refusedByFirmware(
  variables: string,
  first: string,
  foreign: string,
  disk: string,
): Promise<void> {
  const kept = join(scratch, 'variables');
  await cp(variables, kept);
  const { root } = await readRelease(first);
  const image = `EFI/interlock/a-${root.verity.rootHash.slice(0, 16)}.efi`;
  for (const [name, from, change] of [
    ['unsigned-disk', built.disk, async () => {}],
    [
      'unsigned-image',
      disk,
      async (at: string) => writeFileOnEsp(at, image, await readFile(join(built.release('1'), 'boot.efi'))),
    ],
    [
      'foreign-image',
      disk,
      async (at: string) =>
        writeFileOnEsp(at, image, await readFile(join(scratch, 'foreign', basename(foreign), 'boot.efi'))),
    ],
  ] as const) {
    await withVm(name, from, async ({ disk: copy, start }) => {
      await change(copy);
      const vm = await start({ secureBoot: true, variables: kept, onReset: 'stay-off' });
      await vm.waitFor(/Access Denied|Security Violation|access denied/i, 120);
      expect(vm.console.text()).not.toContain('login:');
    });
  }
}

/** A copy of a release that these keys signed, for Secure Boot too. */
async function signed(release: string, keys: string): Promise<string> {
  const copy = join(scratch, basename(release));
  await cp(release, copy, { recursive: true });
  await run(process.execPath, [interlock, 'sign', copy, '--keys', keys]);
  return copy;
}

async function firstDisk(release: string, keys: string, fragment: string): Promise<string> {
  const [folder, disk] = [join(scratch, 'etc'), join(scratch, 'disk.raw')];
  await mkdir(join(folder, 'interlock/agent.d'), { recursive: true });
  await writeFile(join(folder, 'interlock/agent.d/60-host.toml'), fragment);
  const options = ['--config', folder, '--keys', keys, '--secure-boot-enroll'];
  await run(process.execPath, [interlock, 'disk', release, '--out', disk, '--force', ...options]);
  return disk;
}

/** Publishes a release with the right keys for everything but its boot file. */
async function publishWith(
  signer: 'foreign' | null,
  release: string,
  { keys, operate }: Outside,
): Promise<void> {
  const [x509, aside] = [join(keys, 'x509'), join(keys, 'x509.aside')];
  await rename(x509, aside);
  if (signer) {
    await mkdir(x509);
    const files = makeCertificates({ name: signer, tlsNames: ['localhost'] }, new Date());
    for (const [path, content] of Object.entries(files)) await writeFile(join(keys, path), content);
  }
  const copy = join(scratch, signer ?? 'unsigned', basename(release));
  await cp(release, copy, { recursive: true });
  await operate('publish', copy, '--keys', keys, '--channel', 'stable');
  await rm(x509, { recursive: true, force: true });
  await rename(aside, x509);
}

async function firmwareOf(vm: Vm): Promise<{ secureBoot: number; setupMode: number }> {
  const byte = async (name: string) =>
    Number(await vm.run(`od -An -tu1 -j4 -N1 /sys/firmware/efi/efivars/${name}-*`));
  return { secureBoot: await byte('SecureBoot'), setupMode: await byte('SetupMode') };
}
