import { type Fields, refuse, textOf, textsOf } from '../reading/fields.ts';

type Row = readonly [section: string, pattern: RegExp, unit?: string];

const word = /^[A-Za-z0-9+_-]{1,40}$/;
const count = /^\d{1,9}$/;

/** Keys of a bond as netplan, cloud-init and the kernel write them, by networkd's name. */
const bondRows: Readonly<Record<string, Row>> = {
  'lacp-rate': ['LACPTransmitRate', word],
  'mii-monitor-interval': ['MIIMonitorSec', count, 'ms'],
  miimon: ['MIIMonitorSec', count, 'ms'],
  'min-links': ['MinLinks', count],
  'transmit-hash-policy': ['TransmitHashPolicy', word],
  'xmit-hash-policy': ['TransmitHashPolicy', word],
  'ad-select': ['AdSelect', word],
  'all-slaves-active': ['AllSlavesActive', word],
  'arp-interval': ['ARPIntervalSec', count, 'ms'],
  'arp-validate': ['ARPValidate', word],
  'arp-all-targets': ['ARPAllTargets', word],
  'up-delay': ['UpDelaySec', count, 'ms'],
  updelay: ['UpDelaySec', count, 'ms'],
  'down-delay': ['DownDelaySec', count, 'ms'],
  downdelay: ['DownDelaySec', count, 'ms'],
  'fail-over-mac-policy': ['FailOverMACPolicy', word],
  'fail-over-mac': ['FailOverMACPolicy', word],
  'gratuitous-arp': ['GratuitousARP', count],
  'num-grat-arp': ['GratuitousARP', count],
  'packets-per-slave': ['PacketsPerSlave', count],
  'primary-reselect-policy': ['PrimaryReselectPolicy', word],
  'primary-reselect': ['PrimaryReselectPolicy', word],
  'resend-igmp': ['ResendIGMP', count],
  'learn-packet-interval': ['LearnPacketIntervalSec', count, 's'],
  'lp-interval': ['LearnPacketIntervalSec', count, 's'],
};

const bridgeRows: Readonly<Record<string, Row>> = {
  'ageing-time': ['AgeingTimeSec', count, 's'],
  ageing: ['AgeingTimeSec', count, 's'],
  priority: ['Priority', count],
  bridgeprio: ['Priority', count],
  'forward-delay': ['ForwardDelaySec', count, 's'],
  fd: ['ForwardDelaySec', count, 's'],
  'hello-time': ['HelloTimeSec', count, 's'],
  hello: ['HelloTimeSec', count, 's'],
  'max-age': ['MaxAgeSec', count, 's'],
  maxage: ['MaxAgeSec', count, 's'],
  stp: ['STP', /^(yes|no|true|false|on|off|1|0)$/],
};

const modes = [
  'balance-rr',
  'active-backup',
  'balance-xor',
  'broadcast',
  '802.3ad',
  'balance-tlb',
  'balance-alb',
];

/** A bond's mode and its options for networkd; keys that it does not know are left out. */
export function bondOptions(params: Fields, what: string): { mode: string; options: Record<string, string> } {
  const named = dashed(params, 'bond-');
  const mode = textOf(named.mode, `${what}.mode`) ?? 'balance-rr';
  const byNumber = /^[0-6]$/.test(mode) ? modes[Number(mode)]! : mode;
  if (!modes.includes(byNumber)) throw refuse(`${what}.mode`, `is none of ${modes.join(', ')}`);
  const options = translated(named, bondRows, what);
  const targets = named['arp-ip-targets'] ?? named['arp-ip-target'];
  const addresses = targets === undefined ? [] : textsOf(targets, `${what}.arp-ip-targets`);
  if (addresses.some((address) => !/^[0-9.]{7,15}$/.test(address))) {
    throw refuse(`${what}.arp-ip-targets`, 'is not a list of addresses');
  }
  return {
    mode: byNumber,
    options: { ...options, ...(addresses.length > 0 && { ARPIPTargets: addresses.join(' ') }) },
  };
}

/** A bridge's options for networkd. */
export function bridgeOptions(params: Fields, what: string): Record<string, string> {
  return translated(dashed(dashed(params, 'bridge-'), 'bridge_'), bridgeRows, what);
}

function dashed(params: Fields, prefix: string): Fields {
  return Object.fromEntries(
    Object.entries(params).map(([key, value]) => {
      const name = key.replaceAll('_', '-');
      return [name.startsWith(prefix) ? name.slice(prefix.length) : name, value];
    }),
  );
}

function translated(
  params: Fields,
  rows: Readonly<Record<string, Row>>,
  what: string,
): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [key, value] of Object.entries(params)) {
    const text = typeof value === 'object' ? undefined : textOf(value, `${what}.${key}`);
    if (!Object.hasOwn(rows, key) || text === undefined) continue;
    const [name, pattern, unit = ''] = rows[key]!;
    if (!pattern.test(text))
      throw refuse(`${what}.${key}`, `${JSON.stringify(text.slice(0, 80))} is no value for it`);
    found[name] = name === 'STP' ? (/^(yes|true|on|1)$/.test(text) ? 'yes' : 'no') : text + unit;
  }
  return found;
}
