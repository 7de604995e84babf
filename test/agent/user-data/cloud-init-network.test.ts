import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { networkFiles } from '../../../agent/user-data/network/network-files.ts';
import { readNetworkConfig } from '../../../agent/user-data/network/read-network-config.ts';
import { run } from '../../../system/process/run.ts';
import { openRandom, type Random } from '../../fuzz/random.ts';

const script = join(import.meta.dirname, '../../support/user-data/convert.py');
/** Unpacked by setup.js, because an installed cloud-init would take over this machine at its next boot. */
const modules = join(import.meta.dirname, '../../../.cache/tools/cloud-init/usr/lib/python3/dist-packages');
const isHere = existsSync(modules);
const many = 200;

/** Keys of the sections that both write. Ours adds what the image’s own file has, and says what cloud-init leaves open. */
const ours = ['DHCPv4.ClientIdentifier', 'Match.Type', 'Network.IPv6AcceptRA'];

test.skipIf(!isHere)(
  `cloud-init’s own files for networkd say the same of ${many} made-up networks`,
  async () => {
    const random = openRandom(20261130);
    const configs = Array.from({ length: many }, (_, index) =>
      index % 2 ? versionOne(random) : versionTwo(random),
    );
    const theirs = JSON.parse(
      await run('/usr/bin/python3', [script], {
        input: JSON.stringify(configs),
        env: { ...process.env, PYTHONPATH: modules },
      }),
    ) as Record<string, string>[];
    for (const [index, config] of configs.entries()) {
      const plan = readNetworkConfig(config)!;
      const own = networkFiles(plan).filter(({ name }) => name.endsWith('.network'));
      const expected = Object.values(theirs[index]!).map(settingsOf).toSorted(byText);
      expect(own.map(({ content }) => settingsOf(content)).toSorted(byText), JSON.stringify(config)).toEqual(
        expected,
      );
    }
  },
);

const byText = (one: string[], other: string[]) => one.join().localeCompare(other.join());

/** What a file says, as sorted `Section.Key=value`; routes as one line each. */
function settingsOf(content: string): string[] {
  // cloud-init parts the lines of a route by empty ones
  const sections = content
    .split(/^(?=\[)/m)
    .map((section) => section.trim().split('\n').filter(Boolean))
    .filter(([head]) => head);
  return sections
    .flatMap(([head = '', ...lines]) => {
      const name = head.slice(1, -1);
      if (name === 'Route')
        return [
          `Route ${lines
            .filter((line) => !/^Destination=(0\.0\.0\.0|::)\/0$/.test(line))
            .toSorted()
            .join(' ')}`,
        ];
      // an address may have a section of its own
      if (name === 'Address') return lines.map((line) => `Network.${line}`);
      return lines.map((line) => `${name}.${line}`);
    })
    .filter((line, _, all) => !ours.some((key) => line.startsWith(`${key}=`)) && !isSaidTwice(line, all))
    .map((line) => line.replace(/=(True|true)$/, '=yes').replace(/=(False|false)$/, '=no'))
    .toSorted();
}

/** A device with its MAC address is known; cloud-init names it too. */
function isSaidTwice(line: string, all: string[]): boolean {
  return line.startsWith('Match.Name=') && all.some((other) => other.startsWith('Match.MACAddress='));
}

/** Routes without a metric: cloud-init 22.4 loses it. */
function versionTwo(random: Random) {
  const count = 1 + random.below(3);
  const ethernets = Object.fromEntries(
    Array.from({ length: count }, (_, index) => {
      const dhcp4 = random.below(2) === 0;
      const isStatic = random.below(3) > 0;
      const device = {
        match: { macaddress: macOf(index) },
        ...(dhcp4 && { dhcp4: true }),
        ...(random.below(4) === 0 && { dhcp6: true }),
        ...(random.below(3) === 0 && { mtu: random.pick([1280, 1450, 9000]) }),
        ...(isStatic && {
          addresses: [
            `10.${index}.0.${2 + random.below(200)}/${random.pick([8, 16, 24, 30])}`,
            `2001:db8:${index}::5/64`,
          ],
        }),
        ...(isStatic && random.below(2) === 0 && { gateway4: `10.${index}.0.1` }),
        ...(isStatic && random.below(2) === 0 && { gateway6: `2001:db8:${index}::1` }),
        ...(isStatic &&
          random.below(2) === 0 && {
            routes: [{ to: `10.${100 + index}.0.0/16`, via: `10.${index}.0.9` }],
          }),
        ...(isStatic &&
          random.below(2) === 0 && {
            nameservers: { addresses: ['192.0.2.53', '2001:db8::53'], search: ['example.org', 'lan'] },
          }),
        ...(dhcp4 &&
          random.below(2) === 0 && {
            'dhcp4-overrides': {
              'use-dns': random.below(2) === 0,
              'route-metric': 100 + random.below(100),
              'use-domains': 'route',
            },
          }),
      };
      return [`eth${index}`, device];
    }),
  );
  return { version: 2, ethernets };
}

function versionOne(random: Random) {
  const count = 1 + random.below(3);
  const devices = Array.from({ length: count }, (_, index) => ({
    type: 'physical',
    name: `eth${index}`,
    ...(random.below(2) === 0 && { mac_address: macOf(index) }),
    ...(random.below(3) === 0 && { mtu: random.pick([1280, 1450, 9000]) }),
    subnets: [
      random.pick([
        { type: 'dhcp4' },
        { type: 'dhcp' },
        { type: 'dhcp6' },
        { type: 'static', address: `10.${index}.0.7/24`, gateway: `10.${index}.0.1` },
        {
          type: 'static',
          address: `10.${index}.0.8`,
          netmask: '255.255.240.0',
          dns_nameservers: ['192.0.2.54'],
        },
      ]),
      ...(random.below(2) === 0
        ? [{ type: 'static6', address: `2001:db8:${index}::7/56`, gateway: `2001:db8:${index}::1` }]
        : []),
    ],
  }));
  return { version: 1, config: devices };
}

function macOf(index: number): string {
  return `52:54:00:00:00:0${index + 1}`;
}
