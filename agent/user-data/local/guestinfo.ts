import { gunzipSync } from 'node:zlib';
import { hasCode } from '../../../protocol/errors/interlock-error.ts';
import { run } from '../../../system/process/run.ts';
import { foundInSeed } from '../documents/seed-documents.ts';
import { readNetworkConfig } from '../network/read-network-config.ts';
import type { Found } from '../ports/found.ts';
import type { NetworkPlan } from '../ports/network-plan.ts';
import { unwrap, unwrapped } from '../reading/base64.ts';
import { type Fields, refuse, tableOf, textOf } from '../reading/fields.ts';
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

/** The metadata may have the network inside: as it is, or as a text, which may be packed. */
function foundInGuestinfo(
  userData: Uint8Array | null,
  metaData: Uint8Array | null,
  machineId: string,
): Found {
  const said = tableOf(metaData && parseYaml(metaData, 'guestinfo.metadata'), 'guestinfo.metadata');
  const documents = { userData, metaData, networkConfig: null };
  const given = { fallbackId: machineId, trusted: true, network: () => networkIn(said) };
  return foundInSeed('guestinfo', documents, given);
}

function networkIn({ network, 'network.encoding': encoding }: Fields): NetworkPlan | undefined {
  if (typeof network !== 'string') return readNetworkConfig(network && { network });
  const what = 'guestinfo.metadata: network';
  const bytes = encoding
    ? decoded(network, textOf(encoding, `${what}.encoding`) ?? '', what)
    : (unwrapped(network) ?? Buffer.from(network));
  return readNetworkConfig(parseYaml(bytes, what));
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
    const text = (await run(tool, [`info-get guestinfo.${name}`])).trim();
    // what cloud-init leaves in place of a value that it has read
    return text === '---' ? '' : text;
  } catch (error) {
    // no value of this name
    if (hasCode(error, 'tool_failed') && error.details.status === 1) return '';
    if (hasCode(error, 'tool_missing'))
      throw refuse('guestinfo', `the image has no ${tool} (package open-vm-tools)`);
    throw error;
  }
}
