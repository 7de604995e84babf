import { isIP, isIPv4, isIPv6 } from 'node:net';
import { refuse } from '../reading/fields.ts';

/** An address, checked. */
export function addressOf(text: string, what: string): string {
  // a zone has no place in a file that names the device
  if (isIP(text) !== 0 && !text.includes('%')) return text.toLowerCase();
  throw refuse(what, `${JSON.stringify(text.slice(0, 80))} is not an IP address`);
}

/** An address with its prefix length; `mask` is a length, a netmask, or nothing for one host alone. */
export function prefixedOf(text: string, mask: string | undefined, what: string): string {
  const [address = '', own] = text.split('/');
  const checked = addressOf(address, what);
  const whole = isIPv6(checked) ? 128 : 32;
  const length = lengthOf(own ?? mask, whole);
  if (length === undefined) throw refuse(what, `/${(own ?? mask ?? '').slice(0, 80)} is not a prefix length`);
  return `${checked}/${length}`;
}

function lengthOf(mask: string | undefined, whole: number): number | undefined {
  if (mask === undefined) return whole;
  if (/^\d{1,3}$/.test(mask)) return Number(mask) <= whole ? Number(mask) : undefined;
  if (whole === 32 && isIPv4(mask)) return onesOf(mask.split('.').map(Number), 8);
  if (whole === 128 && isIPv6(mask)) return onesOf(groupsOf(mask), 16);
  return undefined;
}

function onesOf(parts: number[], width: number): number | undefined {
  const bits = parts.map((part) => part.toString(2).padStart(width, '0')).join('');
  return /^1*0*$/.test(bits) ? bits.replace(/0+$/, '').length : undefined;
}

function groupsOf(address: string): number[] {
  const [head = '', tail] = address.split('::');
  const groups = (text = '') => text.split(':').filter(Boolean);
  const missing = 8 - groups(head).length - groups(tail).length;
  const middle = tail === undefined ? [] : new Array<string>(Math.max(0, missing)).fill('0');
  return [...groups(head), ...middle, ...groups(tail)].map((group) => Number.parseInt(group, 16));
}

/** Where everything goes that no other route takes, in the family of an address. */
export function everywhere(via: string): string {
  return isIPv6(via) ? '::/0' : '0.0.0.0/0';
}

/** A hardware address as networkd writes it, or undefined. */
export function macOf(text: string | undefined, what: string): string | undefined {
  if (text === undefined || text === '') return undefined;
  const mac = text.toLowerCase().replaceAll('-', ':');
  if (/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(mac)) return mac;
  throw refuse(what, `${JSON.stringify(text.slice(0, 80))} is not a MAC address`);
}

/** A device's name that the kernel takes. */
export function deviceOf(text: string | undefined, what: string): string {
  if (text !== undefined && /^[A-Za-z0-9][A-Za-z0-9._-]{0,14}$/.test(text)) return text;
  throw refuse(what, `${JSON.stringify(text?.slice(0, 80) ?? '')} is not a name for a network device`);
}

/** Domains to search; networkd reads `~` as a route for names. */
export function domainsOf(texts: string[], what: string): string[] {
  for (const text of texts) {
    if (!/^(~?[A-Za-z0-9_]([A-Za-z0-9_.-]{0,252})|~?\.)$/.test(text)) {
      throw refuse(what, `${JSON.stringify(text.slice(0, 80))} is not a domain`);
    }
  }
  return texts;
}
