import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { run } from '../../../system/process/run.ts';
import { chooseAccelerator } from '../../support/vm/host.ts';
import type { VmOptions } from '../../support/vm/qemu-args.ts';
import type { Vm } from '../../support/vm/start-vm.ts';
import { interlock } from '../build-images.ts';
import { orderIn, quickTimer, runningIn, untilSettled } from '../in-guest.ts';
import { openStory } from '../story.ts';
import { withServer } from '../with-server.ts';
import { withVm } from '../with-vm.ts';

/** How one of `images/examples` is tried. */
export interface Example {
  /** Its folder. */
  name: string;
  /** A package that version 2 has and version 1 has not. */
  more: string;
  /** Changes the copy of the definitions that is built; gives what to do afterwards. */
  prepare?(folder: string): Promise<() => Promise<void>>;
  /** Files of the host's own configuration, laid out like /etc. */
  config?: Readonly<Record<string, string>>;
  machine?: Partial<VmOptions>;
  /** Uses the host as its owner would; throws when it does not do its work. Called in each version. */
  use(vm: Vm): Promise<void>;
}

const bootSeconds = 900;
const updateSeconds = 1800;
const arch = process.arch === 'arm64' ? 'arm64' : 'x86-64';
const definitions = join(import.meta.dirname, '../../../images/examples');

/**
 * Builds an example, boots it, uses it, updates it to a version with one package more, uses it, rolls it back and uses it
 * again: no unit fails in any version.
 */
export async function tryExample(example: Example): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), `interlock-${example.name}-`));
  const clean = await prepare(example, folder);
  try {
    await live(example, folder);
  } finally {
    await clean();
    await rm(folder, { recursive: true, force: true });
  }
}

async function prepare({ prepare: change }: Example, folder: string): Promise<() => Promise<void>> {
  await cp(definitions, join(folder, 'images'), { recursive: true, verbatimSymlinks: true });
  return (await change?.(join(folder, 'images'))) ?? (async () => {});
}

async function live(example: Example, folder: string): Promise<void> {
  const { name, more, machine, use } = example;
  const story = openStory(`example-${name}`, 0);
  const keys = join(folder, 'keys');
  await call('keys', 'init', keys);
  const one = await build(example, folder, '1');
  await addPackage(join(folder, 'images', name, 'image.toml'), more);
  const two = await build(example, folder, '2');
  await story('both versions are built', 0);
  await chooseAccelerator(join(one, 'boot.efi'));
  await withServer(keys, async ({ keys: own, operate, config }) => {
    const publish = (release: string) => operate('publish', release, '--keys', own, '--channel', 'stable');
    await publish(one);
    await withVm(`example-${name}`, await disk(example, folder, one), async ({ start }) => {
      const vm = await start({
        mostBoots: 4,
        memory: 2048,
        ...machine,
        credentials: { 'interlock.config': config(), ...quickTimer },
      });
      const reached = (what: string) => story(what, vm.cpuSeconds());
      const isUsed = async (version: string) => {
        await untilSettled(vm, version, updateSeconds);
        await reached(`version ${version} is confirmed`);
        await hasNoFailedUnit(vm);
        await use(vm);
        await reached(`version ${version} does its work`);
      };
      await vm.waitForShell(bootSeconds);
      await isUsed('1');
      expect(await vm.run(installed(more))).toBe('0\n');

      await publish(two);
      await vm.waitForShell(updateSeconds, 2);
      await isUsed('2');
      expect(await vm.run(installed(more))).toBe('1\n');
      expect(await runningIn(vm)).toEqual({ version: '2', slot: 'b' });

      await orderIn(vm, 'interlock-agent rollback', updateSeconds);
      await vm.waitForShell(updateSeconds, 3);
      await isUsed('1');
      expect(await runningIn(vm)).toEqual({ version: '1', slot: 'a' });
    });
  });
}

function call(...args: string[]): Promise<string> {
  return run(process.execPath, [interlock, ...args]);
}

async function build({ name }: Example, folder: string, version: string): Promise<string> {
  const trust = join(folder, 'keys/metadata/root.json');
  const options = [
    '--version',
    version,
    '--out',
    join(folder, 'releases'),
    '--trust',
    trust,
    '--update-lock',
  ];
  await call('build', join(folder, 'images', name), ...options);
  return join(folder, 'releases', `${name}-${version}-${arch}`);
}

async function addPackage(file: string, name: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace(/^packages = \[/m, `packages = ["${name}", `));
}

async function disk({ config = {} }: Example, folder: string, release: string): Promise<string> {
  const [file, own] = [join(folder, 'disk.raw'), join(folder, 'config')];
  const files = { ...config, 'systemd/timesyncd.conf.d/50-none.conf': '[Time]\nNTP=\nFallbackNTP=\n' };
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(own, path)), { recursive: true });
    await writeFile(join(own, path), content, { mode: content.startsWith('#!') ? 0o755 : 0o644 });
  }
  await call('disk', release, '--out', file, '--config', own, '--state-size', '4 GiB');
  return file;
}

async function hasNoFailedUnit(vm: Vm): Promise<void> {
  const state = await vm.try('systemctl is-system-running --wait', bootSeconds);
  const failed = await vm.run('systemctl list-units --failed --plain --no-legend');
  const log = failed ? await vm.run('journalctl -b -p warning --no-pager | tail -40') : '';
  expect({ state: state.output.trim(), failed, log }).toEqual({ state: 'running', failed: '', log: '' });
}

/** Counts what the list for scanners says of a package. */
function installed(name: string): string {
  return `grep -c '^Package: ${name}$' /usr/lib/sysimage/dpkg/status || true`;
}
