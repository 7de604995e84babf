import { unwrap, unwrapped } from './base64.ts';
import { hostnameOf } from './host-name.ts';
import { sshKeysOf } from './ssh-keys.ts';

/** What an OVF environment says, as Azure and VMware put it on a disc. */
export interface Ovf {
  instanceId?: string;
  hostname?: string;
  userData?: Uint8Array;
  sshKeys: string[];
}

/**
 * Reads `ovf-env.xml`: VMware's properties (`user-data`, `hostname`, …) or Azure's provisioning section (`CustomData`,
 * `HostName`). Only elements and attributes of these names count; there are no entities to follow, so none can be abused.
 */
export function readOvf(xml: string): Ovf {
  const properties = new Map<string, string>();
  for (const [tag] of xml.matchAll(/<(?:[A-Za-z]\w*:)?Property\b[^<>]*>/g)) {
    const key = attribute(tag, 'key');
    if (key) properties.set(key, attribute(tag, 'value') ?? '');
  }
  const property = (name: string) => properties.get(name) || undefined;
  const custom = element(xml, 'CustomData');
  const wrapped = property('user-data');
  const hostname = hostnameOf(property('hostname') ?? element(xml, 'HostName'), 'HostName');
  const instanceId = property('instance-id');
  const userData = custom
    ? unwrap(custom, 'CustomData')
    : wrapped && (unwrapped(wrapped) ?? Buffer.from(wrapped));
  return {
    ...(instanceId && { instanceId }),
    ...(hostname && { hostname }),
    ...(userData && userData.length > 0 && { userData }),
    sshKeys: sshKeysOf(
      [
        property('public-keys'),
        ...elements(xml, 'Value').filter((text) => /^(ssh|ecdsa)-/.test(text)),
      ].filter((text) => text !== undefined),
      'public-keys',
    ),
  };
}

function element(xml: string, name: string): string | undefined {
  return elements(xml, name)[0];
}

function elements(xml: string, name: string): string[] {
  const pattern = new RegExp(`<(?:[A-Za-z]\\w*:)?${name}>([^<>]*)</`, 'g');
  return [...xml.matchAll(pattern)].map(([, text = '']) => plain(text).trim()).filter(Boolean);
}

function attribute(tag: string, name: string): string | undefined {
  const found = new RegExp(`[\\s:]${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(tag);
  return found ? plain(found[1] ?? found[2] ?? '') : undefined;
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

function plain(text: string): string {
  return text.replaceAll(/&(#x?[0-9a-fA-F]{1,6}|[a-z]{2,4});/g, (whole, name: string) => {
    if (!name.startsWith('#')) return entities[name] ?? whole;
    const code = name.startsWith('#x')
      ? Number.parseInt(name.slice(2), 16)
      : Number.parseInt(name.slice(1), 10);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
