import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { packInstaller } from '../builder/installer/pack-installer.ts';
import { requireSigner } from '../builder/sign/secure-boot/find-signer.ts';
import { signPe } from '../builder/sign/secure-boot/sign-pe.ts';
import { parseRelease, type Release } from '../protocol/documents/release.ts';
import { InterlockError } from '../protocol/errors/interlock-error.ts';
import { ordersOf } from '../protocol/installer/orders.ts';
import { line } from '../protocol/text/visible.ts';
import { type Answer, answer, verb } from '../system/command/command.ts';
import { formatBytes } from '../system/terminal/progress.ts';
import { configuration, diskOptions } from './disk.ts';
import { collect } from './flags/collect.ts';

interface Options {
  out: string;
  order: string[];
  config?: string;
  keys?: string;
  force?: boolean;
}

/** Adds `interlock installer`. */
export function addInstaller(program: Command): void {
  verb(
    program,
    'installer <release>',
    'Create a medium that installs a release on an empty disk: an ISO, or a folder for a boot by network',
    'interlock installer releases/tiny-1-x86-64 --out tiny.iso',
    'interlock installer releases/tiny-1-x86-64 --out netboot/',
  )
    .requiredOption('--out <path>', 'FILE.iso for CD and USB stick; any other name makes a folder')
    .option('--order <key=value>', 'order for the installer: disk=, erase=, order=, after=', collect, [])
    .option('--config <dir>', 'files for the /etc of hosts that it installs')
    .option('--keys <dir>', 'sign for Secure Boot with the keys in this folder')
    .option('--force', 'overwrite the medium that is there')
    .action(answer(installer));
}

async function installer(folder: string, options: Options): Promise<Answer> {
  const { out, force } = options;
  if (!force && existsSync(out))
    throw new InterlockError('exists', { what: out, how: '; to overwrite it: --force' });
  const orders = options.order.map((order) => `interlock.install.${order}`);
  const { problems } = ordersOf(orders.join(' '));
  if (problems.length > 0) throw new InterlockError('usage', { problem: problems.join('; ') });
  const release: Release = parseRelease(await readFile(join(folder, 'release.json')));
  const signer = options.keys === undefined ? undefined : await requireSigner(options.keys);
  const files = options.config && (await configuration(options.config, options.keys));
  const { size, warnings } = await packInstaller(folder, out, {
    disk: { ...(await diskOptions(folder, release)), ...(files && { files }) },
    orders,
    kind: out.endsWith('.iso') ? 'iso' : 'network',
    ...(signer && { sign: (program: Buffer) => signPe(program, signer) }),
  });
  return {
    text: [line`${out}  ${formatBytes(size)}`, ...warnings].join('\n'),
    data: { out, size, warnings },
  };
}
