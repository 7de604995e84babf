import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../system/process/run.ts';
import { buildImages, interlock } from '../test/journey/build-images.ts';
import { withVm } from '../test/journey/with-vm.ts';
import { bootByStockInitrd } from './boot/stock-disk.ts';
import { updateInVm } from './boot/update.ts';
import type { Measured } from './figure.ts';

/** One line that says what is measured. */
export const summary = 'what a boot and an update of images/tiny cost, beside Debian’s own initrd and units';

const peer = 'dracut, all units';
const mebibyte = 2 ** 20;
const patience = 900;

/** Boots our image and the stock one, then updates ours over the network and looks at the agent's memory. */
export async function* bench(): AsyncGenerator<Measured> {
  const built = await buildImages('tiny');
  const work = await mkdtemp(join(tmpdir(), 'bench-boot-'));
  try {
    const stock = await buildStock(work);
    const [own, theirs] = [
      await bootSeconds('boot', built.disk),
      await bootSeconds('boot-stock', stock.disk),
    ];
    const boot = { figure: 'power-on to the login prompt, processor of QEMU', unit: 's' };
    yield { ...boot, value: own, peer, peerValue: theirs, atMost: 0.6 };
    yield* withUserData(built.disk, own, work);
    yield* sizes(built.release('1'), stock.release);
    const { confirmed, peak } = await updateInVm(built);
    yield { figure: 'power-on to confirmed good, processor of QEMU', value: confirmed, unit: 's' };
    yield {
      figure: 'peak memory of the agent in an update',
      value: peak / mebibyte,
      unit: 'MiB',
      atMost: 128,
    };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function buildStock(work: string): Promise<{ release: string; disk: string }> {
  const call = (...args: string[]) => run(process.execPath, [interlock, ...args]);
  await call('build', join(import.meta.dirname, 'boot/stock'), '--version', '1', '--out', work);
  const [release, disk] = [join(work, 'stock-1-x86-64'), join(work, 'stock.raw')];
  await call('disk', release, '--out', disk);
  await bootByStockInitrd(disk, release);
  return { release, disk };
}

const userData = `#cloud-config
hostname: web-1
users:
  - name: alice
    ssh_authorized_keys: [ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAbc0123456789abcdefghijklmnopqrstuvwxyzABCDE alice]
write_files:
  - {path: /etc/motd, content: hello}
coreos:
  units:
    - {name: a.service, enable: true, content: "[Service]\\nExecStart=/bin/true\\n[Install]\\nWantedBy=multi-user.target\\n"}
`;

/** The first boot applies a document from fw_cfg; each later one finds it again and has nothing to do. */
async function* withUserData(disk: string, without: number, work: string): AsyncGenerator<Measured> {
  const file = join(work, 'user-data');
  await writeFile(file, userData);
  const extra = ['-fw_cfg', `name=opt/io.cloud-init/cloud-init/user-data,file=${file}`];
  const value = await bootSeconds('boot-user-data', disk, extra);
  const figure = 'the same with user-data from fw_cfg: a name, a user, a file, a unit';
  yield { figure, value, unit: 's', peer: 'without', peerValue: without, atMost: 1.1 };
}

/** No shell of a test runs beside it: the console is watched from outside. */
async function bootSeconds(name: string, disk: string, extra: readonly string[] = []): Promise<number> {
  let seconds = Number.NaN;
  await withVm(`bench-${name}`, disk, async ({ start }) => {
    const vm = await start({ onReset: 'stay-off', shell: false, extra });
    await vm.waitFor(/login:/, patience);
    seconds = vm.cpuSeconds();
  });
  return seconds;
}

async function* sizes(own: string, stock: string): AsyncGenerator<Measured> {
  const mb = async (release: string, file: string) => (await stat(join(release, file))).size / 1e6;
  for (const [figure, file] of [
    ['root, raw', 'root.erofs'],
    ['full payload, zstd -3', 'payload.full'],
  ] as const) {
    const [value, peerValue] = [await mb(own, file), await mb(stock, file)];
    // the stock image has no agent and no Node, and carries dracut
    yield { figure, value, unit: 'MB', peer, peerValue };
  }
}
