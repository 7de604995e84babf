import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { run } from '../../system/process/run.ts';
import { type Built, buildImages, interlock } from './build-images.ts';
import { outFile } from './with-vm.ts';

const bootSeconds = '900';
let built: Built;
beforeAll(async () => {
  built = await buildImages('tiny');
});

interface Host {
  name: string;
  phase: string;
  isCut: boolean;
  memoryBytes: number;
  version: string | null;
}

const userData = '#cloud-config\nwrite_files:\n  - {path: /etc/motd, content: "of the lab\\n"}\n';

test('two hosts come up by one command, know each other, and survive a cut network, cut power and a stop', async () => {
  const scratch = await mkdtemp(join(tmpdir(), 'interlock-lab-'));
  const folder = join(scratch, 'lab');
  const lab = async <T>(verb: string, ...args: string[]): Promise<T> => {
    const own = args.indexOf('--');
    const [before, after] = own < 0 ? [args, []] : [args.slice(0, own), args.slice(own)];
    const words = ['--json', 'lab', verb, ...before, '--lab', folder, ...after];
    return JSON.parse(await run(process.execPath, [interlock, ...words])) as T;
  };
  const output = async (host: string, script: string) =>
    (await lab<{ output: string }>('run', host, '--', script)).output;
  /** Whether somebody refuses what nobody is there to hear. */
  const reaches = async (from: string, to: string) =>
    (await output(from, `timeout 10 bash -c "exec 3<>/dev/tcp/${to}/9" 2>&1 || true`)).includes('refused');
  const figures: string[] = [];
  const measured = async (what: string, seconds: number) => {
    figures.push(`${what}: ${seconds} s\n`);
    await mkdir(dirname(outFile('lab.txt')), { recursive: true });
    await writeFile(outFile('lab.txt'), figures.join(''));
  };
  try {
    await writeFile(join(scratch, 'host.yaml'), userData);
    const given = [built.release('1'), '--keys', built.keys, '--channel', 'alpha', '--timeout', bootSeconds];
    const up = () =>
      lab<{ started: string[]; seconds: number; hosts: Host[] }>(
        'up',
        ...[...given, '--hosts', '2', '--user-data', join(scratch, 'host.yaml')],
      );
    const first = await up();
    await measured('two hosts checked in', first.seconds);
    expect(first.started).toEqual(['n1', 'n2']);
    const isReady = { phase: 'checked in', version: '1', isCut: false };
    expect(first.hosts).toMatchObject([isReady, isReady]);
    expect(await output('n1', 'hostname; cat /etc/motd; grep -c "^10.77.0.1[12] n" /etc/hosts')).toBe(
      'n1\nof the lab\n2\n',
    );
    expect(await output('n2', 'systemctl --failed --plain --no-legend')).toBe('');
    await expect(lab('run', 'n1', '--', 'exit 3')).rejects.toThrow('3');

    expect([await reaches('n1', 'n2'), await reaches('n2', 'n1')]).toEqual([true, true]);
    await lab('partition', 'n2');
    expect([await reaches('n1', 'n2'), await reaches('n2', 'n1')]).toEqual([false, false]);
    const { hosts } = await lab<{ hosts: Host[] }>('status');
    expect(hosts.map(({ isCut }) => isCut)).toEqual([false, true]);
    await lab('partition', 'n2', '--heal');
    expect(await reaches('n1', 'n2')).toBe(true);

    const bootId = await output('n1', 'cat /proc/sys/kernel/random/boot_id; echo kept >/var/kept; sync');
    await lab('cut', 'n1');
    const second = await up();
    await measured('one host again after its power was cut', second.seconds);
    expect(second.started).toEqual(['n1']);
    const after = await output('n1', 'cat /proc/sys/kernel/random/boot_id /var/kept');
    expect(after).toMatch(/\nkept\n$/);
    expect(after).not.toContain(bootId);

    const stopped = await lab<{ hosts: Record<string, string> }>('stop');
    expect(stopped.hosts).toEqual({ n1: 'shut down', n2: 'shut down' });
    expect((await lab<{ hosts: Host[] }>('status')).hosts.map(({ phase }) => phase)).toEqual(['off', 'off']);
    expect((await up()).started).toEqual(['n1', 'n2']);
    expect(await output('n1', 'cat /var/kept')).toBe('kept\n');
    const pids = await Promise.all(
      ['n1', 'n2'].map(
        async (name) => (await readFile(join(folder, name, 'qemu.pid'), 'utf8')).split('.')[1],
      ),
    );
    await lab('down');
    // a process that has ended has no command line, even where nobody asked how it ended
    const left = pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''));
    expect(await Promise.all(left)).toEqual(['', '']);
    await expect(lab('status')).rejects.toThrow('no lab');
  } finally {
    // it may be gone already
    await lab('down').catch(() => {});
    await rm(scratch, { recursive: true, force: true });
  }
}, 3_600_000);
