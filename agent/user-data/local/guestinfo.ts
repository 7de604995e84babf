import { gunzipSync } from 'node:zlib';
import { hasCode } from '../../../protocol/errors/interlock-error.ts';
import { run } from '../../../system/process/run.ts';
import { foundInSeed } from '../documents/seed-documents.ts';
import { readNetworkConfig } from '../network/read-network-config.ts';
import type { Found } from '../ports/found.ts';
import { unwrap } from '../reading/base64.ts';
import { refuse, tableOf } from '../reading/fields.ts';
import { parseYaml } from '../reading/parse-yaml.ts';

const tool = 'vmware-rpctool';

/**
 * Reads VMware's `guestinfo.userdata`, `guestinfo.metadata` and their `.encoding`, in an image that has open-vm-tools: the
 * hypervisor answers to a processor instruction that a program must bring.
 */
export async function readGuestinfo(machineId: string): Promise<Found | null> {
  const userData = await readValue('userdata');
  const metaData = await readValue('metadata');
  if (!userData && !metaData) return null;
  return foundInGuestinfo(userData, metaData, machineId);
}

/** The metadata may have the network inside, as text in base64 or as it is. */
function foundInGuestinfo(
  userData: Uint8Array | null,
  metaData: Uint8Array | null,
  machineId: string,
): Found {
  const network = metaData
    ? tableOf(parseYaml(metaData, 'guestinfo.metadata'), 'guestinfo.metadata').network
    : undefined;
  if (network !== undefined && network !== null && typeof network !== 'string') {
    const found = foundInSeed('guestinfo', { userData, metaData, networkConfig: null }, given(machineId));
    const plan = readNetworkConfig({ network });
    return plan ? { ...found, network: plan } : found;
  }
  const networkConfig = typeof network === 'string' ? unwrap(network, 'guestinfo.metadata: network') : null;
  return foundInSeed('guestinfo', { userData, metaData, networkConfig }, given(machineId));
}

function given(machineId: string) {
  return { fallbackId: machineId, trusted: true };
}

async function readValue(name: string): Promise<Uint8Array | null> {
  const text = await ask(name);
  if (!text) return null;
  const encoding = await ask(`${name}.encoding`);
  return decoded(text, encoding, `guestinfo.${name}`);
}

/** A value by its encoding, as VMware's own tools write it. */
export function decoded(text: string, encoding: string, what: string): Uint8Array {
  switch (encoding) {
    case '':
      return Buffer.from(text);
    case 'base64':
    case 'b64':
      return unwrap(text, what);
    case 'gzip+base64':
    case 'gz+b64':
      try {
        return gunzipSync(unwrap(text, what), { maxOutputLength: 16 * 1024 * 1024 });
      } catch {
        throw refuse(what, 'is not valid gzip');
      }
    default:
      throw refuse(`${what}.encoding`, `${encoding.slice(0, 40)} is neither base64 nor gzip+base64`);
  }
}

async function ask(name: string): Promise<string> {
  try {
    return (await run(tool, [`info-get guestinfo.${name}`])).trim();
  } catch (error) {
    // no value of this name
    if (hasCode(error, 'tool_failed')) return '';
    if (hasCode(error, 'tool_missing'))
      throw refuse('guestinfo', `the image has no ${tool} (package open-vm-tools)`);
    throw error;
  }
}
