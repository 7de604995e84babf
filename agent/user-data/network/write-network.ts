import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../../system/process/run.ts';
import type { NetworkPlan } from '../ports/network-plan.ts';
import { type NetworkFile, networkFiles } from './network-files.ts';

/** Files of this boot: user-data is read at every boot, and what it no longer says is gone. */
const folder = 'run/systemd/network';
const ours = /^[12]0-user-data-/;

/** Writes a plan where systemd-networkd reads it, before it starts, and gives devices their names. */
export async function writeNetwork(plan: NetworkPlan, root: string): Promise<void> {
  await layFiles(networkFiles(plan), root);
}

/** Lays files for systemd-networkd in place of those of an earlier plan, and gives devices their names. */
export async function layFiles(files: readonly NetworkFile[], root: string): Promise<void> {
  const path = join(root, folder);
  await mkdir(path, { recursive: true });
  // networkd is another user, whatever the mask of this process
  for (const each of [join(root, 'run/systemd'), path]) await chmod(each, 0o755);
  for (const name of await readdir(path)) if (ours.test(name)) await rm(join(path, name));
  for (const { name, content } of files) {
    await writeFile(join(path, name), content);
    await chmod(join(path, name), 0o644);
  }
  if (root !== '/' || !files.some(({ name }) => name.endsWith('.link'))) return;
  await run('udevadm', ['trigger', '--action=add', '--subsystem-match=net']);
  await run('udevadm', ['settle', '--timeout=10']);
}

/** Whether systemd-networkd runs, and so has to be told of new files. */
export function isNetworkdUp(root: string): boolean {
  return existsSync(join(root, 'run/systemd/netif/state'));
}
