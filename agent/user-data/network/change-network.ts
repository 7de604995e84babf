import { BlockList, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../../../system/process/run.ts';
import type { NetworkPlan } from '../ports/network-plan.ts';
import { refuse } from '../reading/fields.ts';
import { keepFiles, keptFiles } from './keep-network.ts';
import { type NetworkFile, networkFiles } from './network-files.ts';
import { isNetworkdUp, layFiles } from './write-network.ts';

/** Devices that are there have their static addresses within a moment. */
const awaitMs = 10_000;
const lookEveryMs = 100;

/**
 * Makes the network that runs what a metadata service says of it, and keeps that for a boot at which the service does not
 * answer. Throws which addresses have not come.
 */
export async function changeNetwork(plan: NetworkPlan, root: string): Promise<void> {
  const files = networkFiles(plan);
  await keepFiles(files, root);
  await takeFiles(files, root);
}

/** Makes the network what the service last said of it; tells whether it had said anything. */
export async function restoreNetwork(root: string): Promise<boolean> {
  const files = await keptFiles(root);
  if (files.length > 0) await takeFiles(files, root);
  return files.length > 0;
}

async function takeFiles(files: readonly NetworkFile[], root: string): Promise<void> {
  await layFiles(files, root);
  if (root !== '/' || !isNetworkdUp(root)) return;
  await run('systemctl', ['reload', 'systemd-networkd.service']);
  const wanted = addressesIn(files);
  for (const end = Date.now() + awaitMs; ; await sleep(lookEveryMs)) {
    const missing = missingOf(wanted, networkInterfaces());
    if (missing.length === 0) return;
    if (Date.now() > end) throw refuse('network', `no device has taken ${missing.join(', ')}`);
  }
}

/** Static addresses that the files ask for, but for those of devices that the boot does not wait for. */
export function addressesIn(files: readonly NetworkFile[]): string[] {
  return files
    .filter(({ content }) => !content.includes('\nRequiredForOnline=no\n'))
    .flatMap(({ content }) => [...content.matchAll(/^Address=(.*)$/gm)].map(([, address]) => address!));
}

/** Which addresses no device has, however they are written. */
export function missingOf(
  wanted: readonly string[],
  devices: NodeJS.Dict<readonly { address: string }[]>,
): string[] {
  const present = new BlockList();
  for (const { address } of Object.values(devices).flatMap((all) => all ?? []))
    present.addAddress(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  return wanted.filter((text) => {
    const [address = ''] = text.split('/');
    return !present.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  });
}
