import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { buildHostArch } from '../../../../builder/build-host/build-host-arch.ts';
import { inSandbox } from '../../../../builder/tree/sandbox/in-sandbox.ts';
import {
  otherHost,
  type SimulatedHost,
  standardHost,
} from '../../../../builder/tree/sandbox/simulated-host.ts';

const { PATH } = process.env;
const shell = (script: string, host: SimulatedHost = standardHost) =>
  inSandbox(['/bin/sh', '-c', script], { env: { PATH }, arch: buildHostArch(), host });

const everything = [
  'cat /etc/machine-id /etc/hostname /proc/sys/kernel/random/boot_id /proc/sys/kernel/hostname',
  'cat /proc/cpuinfo /proc/cmdline /proc/partitions /proc/mdstat /proc/net/dev 2>/dev/null',
  'find /sys -type f | sort | xargs cat',
].join('; ');

it('shows nothing of this machine', async () => {
  const seen = await shell(everything);
  const cpu = /^model name\s*: (.*)$/m.exec(await readFile('/proc/cpuinfo', 'utf8'))?.[1];
  const own = await Promise.all(
    ['/etc/machine-id', '/proc/sys/kernel/random/boot_id', '/proc/cmdline'].map((file) =>
      readFile(file, 'utf8').catch(() => ''),
    ),
  );
  for (const value of [...own, cpu ?? ''].map((text) => text.trim()).filter(Boolean)) {
    expect(seen).not.toContain(value);
  }
  expect(await shell('hostname; ls /sys/class/net /sys/block /sys/firmware')).toBe(
    `interlock-build\n/sys/block:\n\n/sys/class/net:\nlo\n\n/sys/firmware:\n`,
  );
  expect(hostname()).not.toBe('interlock-build');
});

it('is the same machine each time, and another one on request', async () => {
  expect(await shell(everything)).toBe(await shell(everything));
  const other = await shell(`${everything}; echo $$`, otherHost);
  expect(other).toContain('02:5a:17:c0:de:01');
  expect(other).toContain('ANOTHER-SERIAL-5A17');
  expect(Number(/(\d+)\n$/.exec(other)?.[1])).toBeGreaterThan(otherHost.lastPid);
  expect(await shell('nproc', otherHost)).toBe('1\n');
});

it('has no network, and nobody writes to its /sys', async () => {
  expect((await shell('cat /proc/net/dev')).match(/^ *\w+:/gm)).toEqual(['    lo:']);
  await expect(shell('echo x > /sys/x')).rejects.toMatchObject({ code: 'tool_failed' });
});

it('has an address of its own, at which its programs reach each other', async () => {
  const talk = `use IO::Socket::INET; my $server = IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1") or die "$@";
    my $client = IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => $server->sockport) or die "$@"; print "reached";`;
  expect(await inSandbox(['perl', '-e', talk], { env: { PATH }, arch: buildHostArch() })).toBe('reached');
});

it('refuses to run anything where it cannot hide the machine', async () => {
  const host = { ...otherHost, lastPid: 1e12 };
  await expect(shell('echo seen', host)).rejects.toMatchObject({ code: 'sandbox_forbidden' });
});

it('says which program failed, and with what', async () => {
  await expect(shell('echo why >&2; exit 9')).rejects.toMatchObject({
    code: 'tool_failed',
    details: { tool: '/bin/sh', status: 9, output: 'why' },
  });
});

it('says which program is not installed', async () => {
  const asking = inSandbox(['arch-tset', 'arm64'], { env: { PATH }, arch: buildHostArch() });
  await expect(asking).rejects.toMatchObject({ code: 'tool_missing', details: { tool: 'arch-tset' } });
});

it('says that nothing can be run in a folder that forbids it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'noexec-'));
  const module = join(import.meta.dirname, '../../../../builder/tree/sandbox/in-sandbox.ts');
  await writeFile(
    join(folder, 'try.ts'),
    `import { inSandbox } from ${JSON.stringify(module)};
     const options = { env: {}, arch: ${JSON.stringify(buildHostArch())}, mode: 'root' };
     await inSandbox(['true'], options).catch((error) => console.log(error.message));`,
  );
  await mkdir(join(folder, 'tmp'));
  const script = 'mount -t tmpfs -o noexec tmpfs "$1/tmp" && TMPDIR=$1/tmp "$2" "$1/try.ts"';
  const args = ['--user', '--map-root-user', '--mount', 'sh', '-c', script, 'sh', folder, process.execPath];
  const said = execFileSync('unshare', args, { encoding: 'utf8' });
  await rm(folder, { recursive: true });
  expect(said).toBe(`${folder}/tmp is mounted noexec, so programs of the image cannot run there\n`);
});
