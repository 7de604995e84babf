import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plan, PlannedMount } from '../../../protocol/user-data/plan.ts';
import { run } from '../../../system/process/run.ts';
import type { Item } from './item.ts';
import type { Manager } from './manager.ts';
import { isThere, makeFolders, putFile } from './write-file.ts';

/** Lines of /etc/fstab, which each boot reads, and a file for swap. */
export function mountItems(root: string, { mounts, swap }: Plan, manager: Manager): Item[] {
  return [
    ...mounts.map((mount) => ({ name: `mount ${mount.where}`, apply: () => addMount(root, mount, manager) })),
    ...(swap ? [{ name: `swap ${swap.file}`, apply: () => addSwap(root, swap, manager) }] : []),
  ];
}

async function addMount(root: string, mount: PlannedMount, manager: Manager): Promise<void> {
  const { what, where, type, options, dump, pass } = mount;
  await addLine(root, [what, where, type, options, dump, pass].join('\t'));
  manager.changed();
  if (where.startsWith('/')) {
    // a mount's place on the read-only root must be in the image; that fails here and is said
    await makeFolders(join(root, where, 'x'));
    await manager.command('start', where);
  }
}

async function addSwap(
  root: string,
  { file, size }: NonNullable<Plan['swap']>,
  manager: Manager,
): Promise<void> {
  const path = join(root, file);
  const whole = Math.ceil(size / 4096) * 4096;
  // one of this size was made already, or the power went while it was
  const found = await stat(path).catch(() => null);
  if (found?.size !== whole) {
    await makeFolders(path);
    await (await open(path, 'a', 0o600)).close();
    await run('fallocate', ['-l', String(whole), path]);
  }
  await run('mkswap', [path]);
  await addLine(root, [file, 'none', 'swap', 'sw', 0, 0].join('\t'));
  manager.changed();
  if (root === '/') await run('swapon', ['--fixpgsz', path]);
}

async function addLine(root: string, line: string): Promise<void> {
  if (!(await isThere(root, '/usr/lib/systemd/system-generators/systemd-fstab-generator')))
    throw new Error('the image does not read /etc/fstab');
  // an image may have none
  const text = await readFile(join(root, 'etc/fstab'), 'utf8').catch(() => '');
  const lines = text.split('\n').filter(Boolean);
  if (lines.includes(line)) return;
  await putFile(root, '/etc/fstab', [...lines, line, ''].join('\n'));
}
