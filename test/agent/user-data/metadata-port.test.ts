import { existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../../../system/process/run.ts';

const rules = join(
  import.meta.dirname,
  '../../../agent/dist/usr/lib/systemd/network/10-interlock-metadata.network',
);
const script = join(import.meta.dirname, '../../../agent/dist/usr/lib/interlock/metadata-port');
const world = join(import.meta.dirname, '../../support/user-data/metadata-world.sh');

/** With a process namespace everything in it ends with its first process. */
const namespaces = [
  ...(process.getuid?.() === 0 ? [] : ['--map-root-user']),
  ...['--net', '--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child', '--mount-proc'],
];

/** The ports that the rules shut, as `ADDRESS PORT`. */
function shutPorts(): string[] {
  const sections = readFileSync(rules, 'utf8').split('[RoutingPolicyRule]').slice(1);
  return sections.map((section) => {
    const value = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(section)?.[1] ?? '';
    expect(section).toContain('Type=prohibit');
    expect(section).toContain('IPProtocol=tcp');
    expect(value('Family')).toBe(value('To').includes(':') ? 'ipv6' : 'ipv4');
    return `${value('To').split('/')[0]} ${value('DestinationPort')}`;
  });
}

test('every address that is asked is shut afterwards', () => {
  const sources = [
    'azure',
    'digitalocean',
    'ec2',
    'gce',
    'goal-state',
    'hetzner',
    'openstack',
    'scaleway',
    'vultr',
  ];
  const texts = sources.map((name) =>
    readFileSync(join(import.meta.dirname, `../../../agent/user-data/metadata/${name}.ts`), 'utf8'),
  );
  const asked = texts.flatMap((text) =>
    [...text.matchAll(/'http:\/\/\[?([0-9a-f.:]+)\]?'/g)].map(([, host]) => `${host} 80`),
  );
  expect(asked.length).toBeGreaterThan(sources.length);
  expect([...new Set(asked)].filter((port) => !shutPorts().includes(port))).toEqual([]);
  expect(shutPorts()).toContain('168.63.129.16 32526');
});

test('the port is shut for the host and for containers behind it, over IPv4 and IPv6, and no other port is', async () => {
  const lines = (
    await run('unshare', [...namespaces, 'bash', world, process.execPath, rules], {
      env: { ...process.env, TMPDIR: tmpdir() },
    })
  )
    .trim()
    .split('\n')
    .map((line) => line.split(' '));
  const shut = shutPorts();
  expect(lines.length).toBe(
    2 *
      2 *
      3 *
      new Set(shut.filter((each) => !each.startsWith('fe80')).map((each) => each.split(' ')[0])).size,
  );
  for (const [when, who, address, port, answer] of lines) {
    const expected = when === 'after' && shut.includes(`${address} ${port}`) ? 'no' : 'yes';
    expect(answer, `${when} ${who} ${address} ${port}`).toBe(expected);
  }
});

test.each([
  ['nothing said', {}, false],
  ['the host opens it', { 'etc/interlock/agent.d/50-host.toml': 'metadata = "open"\n' }, true],
  [
    'the host shuts what its image opens',
    {
      'usr/lib/interlock/agent.d/10-image.toml': "metadata = 'open'\n",
      'etc/interlock/agent.d/50-host.toml': 'channel = "stable"\nmetadata = "shut"\n',
    },
    false,
  ],
  [
    'a key of that name in a table is another one',
    { 'etc/interlock/agent.d/50-host.toml': '[labels]\nmetadata = "open"\n' },
    false,
  ],
])('after the reader: %s', async (_, files: Record<string, string>, staysOpen) => {
  const root = mkdtempSync(join(tmpdir(), 'interlock-port-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    const hides = join(root, 'run/systemd/network/10-interlock-metadata.network');
    await run('sh', [script, 'open', root]);
    expect(lstatSync(hides).isSymbolicLink()).toBe(true);
    await run('sh', [script, 'shut', root]);
    expect(existsSync(hides)).toBe(staysOpen);
  } finally {
    rmSync(root, { recursive: true });
  }
});
