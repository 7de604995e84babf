import { once } from 'node:events';
import { createReadStream, statSync } from 'node:fs';
import { mkdir, mkdtemp, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { expect } from 'vitest';
import { run } from '../../system/process/run.ts';
import type { Vm } from '../support/vm/start-vm.ts';
import { interlock } from './build-images.ts';
import { until } from './in-guest.ts';
import type { Outside } from './with-server.ts';

/** Seconds for a boot of an installer, and for the install. */
export const bootSeconds = 900;
const diskSize = 8 * 2 ** 30;

/** Waits until the server knows the only host: the agent rests before that. */
export async function untilCheckedIn(vm: Vm, outside: Outside): Promise<void> {
  await until(vm, 'known to the server', bootSeconds, async () => {
    return JSON.parse(await outside.operate('host', 'list', '--json')).length === 1;
  });
  expect(await outside.host()).toMatchObject({ version: '1' });
}

/** A card whose own program or firmware boots by network, from what QEMU's own DHCP server says. */
export function bootCard(facts: string, ...options: string[]): string[] {
  const device = ['virtio-net-pci,netdev=boot,bootindex=0', ...options].join(',');
  return ['-netdev', `user,id=boot,${facts}`, '-device', device];
}

/** User-data with orders for the installer, and a name for the host. */
export function userData(install: string): string {
  return `#cloud-config\nhostname: installed\ninterlock:\n  install: {${install}}\n`;
}

/** A cidata disk with user-data. */
export async function seedDisk(scratch: string, content: string): Promise<string> {
  const folder = await mkdtemp(join(scratch, 'seed-'));
  await writeFile(join(folder, 'user-data'), content);
  await writeFile(join(folder, 'meta-data'), 'instance-id: installed-1\n');
  await run('genisoimage', ['-quiet', '-R', '-J', '-V', 'cidata', '-o', `${folder}.iso`, folder]);
  return `${folder}.iso`;
}

/** Serves a folder on loopback, which a guest reaches at 10.0.2.2. */
export async function withWebServer(folder: string, use: (url: string) => Promise<void>): Promise<void> {
  const server = createServer((request, response) => {
    const file = join(folder, basename(request.url ?? ''));
    response.setHeader('content-length', statSync(file, { throwIfNoEntry: false })?.size ?? 0);
    if (request.method === 'HEAD') response.end();
    else
      createReadStream(file)
        .on('error', () => response.destroy())
        .pipe(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await use(`http://10.0.2.2:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** An installer for hosts that know their server. */
export async function makeInstaller(
  outside: Outside,
  {
    release,
    out,
    orders = [],
    more = [],
  }: { release: string; out: string; orders?: string[]; more?: string[] },
): Promise<string> {
  const config = `${out}.etc`;
  await mkdir(join(config, 'interlock/agent.d'), { recursive: true });
  await writeFile(join(config, 'interlock/agent.d/60-host.toml'), outside.config(), { mode: 0o600 });
  const given = orders.flatMap((order) => ['--order', order]);
  const options = ['--out', out, '--config', config, ...given];
  await run(process.execPath, [interlock, 'installer', release, ...options, ...more]);
  return out;
}

/** An empty disk for what is installed. */
export async function emptyDisk(scratch: string): Promise<string> {
  const disk = join(await mkdtemp(join(scratch, 'disk-')), 'disk.raw');
  await writeFile(disk, '');
  await truncate(disk, diskSize);
  return disk;
}
