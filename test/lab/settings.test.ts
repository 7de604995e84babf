import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freePorts, requireFree } from '../../lab/machine/ports.ts';
import { requireMemory } from '../../lab/plan/memory.ts';
import { makeLab } from '../../lab/prepare/make-lab.ts';
import { readLabFile } from '../../lab/settings/lab-file.ts';
import { settingsOf } from '../../lab/settings/settings.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lab-'));
  await mkdir(join(folder, 'image'));
  await writeFile(join(folder, 'image/image.toml'), '');
  await mkdir(join(folder, 'release'));
  await writeFile(join(folder, 'release/release.json'), '{}');
});

afterEach(() => rm(folder, { recursive: true }));

async function read(text: string) {
  const file = join(folder, 'lab.toml');
  await writeFile(file, text);
  return readLabFile(file);
}

test('a lab.toml describes a lab; its paths are relative to itself, and flags win', async () => {
  const file = await read(`
image = "image"
channel = "alpha"
hosts = 2
memory = 768
user_data = "all.yaml"
publish = ["8080:80"]
[host.n2]
memory = 2048
user_data = "two.yaml"
`);
  expect(settingsOf({}, file)).toEqual({
    source: { kind: 'image', folder: join(folder, 'image') },
    keys: undefined,
    channel: 'alpha',
    stateSize: undefined,
    publish: [{ here: 8080, there: 80 }],
    hosts: [
      { name: 'n1', memory: 768, userData: join(folder, 'all.yaml') },
      { name: 'n2', memory: 2048, userData: join(folder, 'two.yaml') },
    ],
  });
  const flags = { hosts: 3, channel: 'beta', memory: 512, source: join(folder, 'release'), keys: folder };
  expect(settingsOf(flags, file)).toMatchObject({
    source: { kind: 'release' },
    keys: folder,
    channel: 'beta',
    hosts: [{ memory: 512 }, { memory: 2048 }, { name: 'n3', memory: 512 }],
  });
});

test.each([
  ['hosts = 0', '/hosts'],
  ['host = 3', '/host'],
  ['colour = "red"', 'colour'],
  ['publish = ["80"]', '/publish/0'],
  ['hosts = ', 'line 1'],
  ['[host.n1]\nmemry = 512', 'memry'],
])('%j is refused with its place', async (text, place) => {
  await expect(read(text)).rejects.toMatchObject({ code: 'config_invalid' });
  await expect(read(text)).rejects.toThrow(place.replace(/^\//, ''));
});

test('what contradicts itself is refused before anything is made', async () => {
  const image = join(folder, 'image');
  const refusal = (flags: object, file: object) => {
    try {
      settingsOf(flags, file);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(refusal({}, {})).toContain('name a release or the folder of an image');
  expect(refusal({ source: join(folder, 'release') }, {})).toContain('--keys');
  expect(refusal({ source: folder }, {})).toContain('neither a release.json nor an image.toml');
  expect(refusal({ source: join(folder, 'nothing') }, {})).toContain('does not exist');
  expect(refusal({ source: image, hosts: 33 }, {})).toContain('1 to 32');
  expect(refusal({ source: image, hosts: 1 }, { host: { n2: {} } })).toContain('n2');
  expect(refusal({ source: image }, { host: { web: {} } })).toContain('lab.toml describes web');
  expect(refusal({ source: image, publish: ['70000:80'] }, {})).toContain('70000:80');
  expect(refusal({}, { image, release: join(folder, 'release') })).toContain('one of them');
  expect(refusal({ source: image }, {})).toBeUndefined();
});

test('a lab grows, and is otherwise what it was made as', async () => {
  const settings = (flags: object) => settingsOf({ source: join(folder, 'image'), ...flags }, {});
  const first = await makeLab(folder, settings({ hosts: 2, publish: ['9080:80'] }), undefined);
  expect(first.hosts.map(({ name, forwards }) => [name, forwards])).toEqual([
    ['n1', [{ here: 9080, there: 80 }]],
    ['n2', [{ here: 9081, there: 80 }]],
  ]);
  const ports = [first.server, ...first.hosts.map(({ ssh }) => ssh)];
  expect(new Set(ports).size).toBe(3);
  const grown = await makeLab(folder, settings({ hosts: 3 }), first);
  expect(grown.hosts.slice(0, 2)).toEqual(first.hosts);
  expect(grown.hosts[2]).toMatchObject({ name: 'n3' });
  for (const other of [{ hosts: 1 }, { channel: 'beta' }, { source: join(folder, 'release'), keys: '/k' }])
    await expect(makeLab(folder, settings({ hosts: 3, ...other }), grown)).rejects.toMatchObject({
      code: 'lab_differs',
    });
});

test('hosts that this machine has no memory for do not start', () => {
  const meminfo = 'MemTotal: 4000000 kB\nMemAvailable:    2097152 kB\nSwapFree:        1048576 kB\n';
  expect(() => requireMemory(meminfo, [{ memory: 1024 }, { memory: 2048 }])).not.toThrow();
  expect(() => requireMemory(meminfo, [{ memory: 1024 }, { memory: 2049 }])).toThrow('3073 MiB');
});

test('a port that is in use is an error with its purpose', async () => {
  const [port] = await freePorts(1);
  await requireFree(port!, 'for a test');
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  await expect(requireFree(port!, 'for a test')).rejects.toThrow(`port ${port} of 127.0.0.1, for a test`);
  server.close();
});
