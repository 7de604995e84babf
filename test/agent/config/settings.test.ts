import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { pathsOf } from '../../../agent/config/paths.ts';
import { readSettings } from '../../../agent/config/settings.ts';
import { deadmanSeconds } from '../../../protocol/rules/contradiction.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'interlock-config-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function put(file: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, file)), { recursive: true });
  await writeFile(join(root, file), text);
}
const settings = () => readSettings(pathsOf(root));

it('has defaults, and no lock until somebody names one', async () => {
  expect(await settings()).toMatchObject({ channel: 'stable', group: 'default', lock: null, sources: [] });
});

it('merges image, run and etc by name; later ones win, tables merge by key', async () => {
  await put(
    'usr/lib/interlock/agent.d/10-image.toml',
    'server = "http://a/"\nchannel = "stable"\n[health]\nsteady = 5',
  );
  await put('run/interlock/agent.d/20-run.toml', 'channel = "beta"');
  await put('etc/interlock/agent.d/30-lock.toml', '[lock]\nkind = "etcd"\nendpoints = ["http://e:2379"]');
  await put(
    'etc/interlock/agent.d/10-host.toml',
    'channel = "alpha"\n[health]\nsettle = 1\n[lock]\nkind = "none"',
  );
  expect(await settings()).toMatchObject({
    server: 'http://a',
    channel: 'alpha',
    health: { settle: 1, steady: 5, timeout: 30 },
    lock: { kind: 'etcd', endpoints: ['http://e:2379'] },
    sources: [
      'usr/lib/interlock/agent.d/10-image.toml',
      'run/interlock/agent.d/20-run.toml',
      'etc/interlock/agent.d/10-host.toml',
      'etc/interlock/agent.d/30-lock.toml',
    ].map((file) => join(root, file)),
  });
});

it('puts the labels of a host over those of its image, one by one', async () => {
  await put('usr/lib/interlock/agent.d/10-image.toml', '[labels]\nrole = "web"\n"example.org/tier" = ""');
  await put('etc/interlock/agent.d/10-host.toml', '[labels]\nrole = "db"\nrack = "b4"');
  expect((await settings()).labels).toEqual({ role: 'db', rack: 'b4', 'example.org/tier': '' });
});

it('reads the booted image’s files on a file-backed host', async () => {
  await put('run/booted/usr/lib/interlock/agent.d/10.toml', 'group = "racks"');
  expect((await settings()).group).toBe('racks');
});

it.each([
  ['chanel = "a"', /unknown key chanel/],
  ['[lock]\nkinds = "etcd"', /unknown key lock\/kinds/],
  ['channel = 7', /channel must be string/],
  ['[labels]\nrole = "a b"', /labels\/role is not a label value/],
  ['[labels]\n"-role" = "a"', /unknown key labels\/-role/],
  ['[labels]\nrole = 7', /labels\/role must be string/],
  [`[labels]\n${Array.from({ length: 17 }, (_, at) => `l${at} = ""`).join('\n')}`, /labels/],
  ['[lock]\nkind = "fleet"', /lock\/kind/],
  ['[lock]\nkind = "etcd"', /lock.endpoints is missing/],
  ['[lock]\nendpoints = ["http://e"]', /lock.kind is missing/],
  ['[lock]\nkind = "etcd"\nendpoints = ["http://e"]\ncert = "c"', /go together/],
  ['[lock]\nkind = "etcd"\nendpoints = ["http://e"]\nusername = "u"', /go together/],
  ['[health]\nsettle = 1000', /1000 \+ 30 \+ 30.* 1060 seconds .* 900/],
  ['[health]\nsteady = 800', /120 \+ 800 \+ 30/],
  ['[health]\ntimeout = 900', /120 \+ 30 \+ 900/],
  ['poll = 30\nretry = 60', /retry \(60 seconds\) is longer than poll \(30 seconds\)/],
  ['server = "http://[::1"', /http:\/\/\[::1 is not a valid URL/],
  ['mirrors = ["http://m/", "https://m:99999"]', /https:\/\/m:99999 is not a valid URL/],
  ['[lock]\nkind = "etcd"\nendpoints = ["http://e", "http://e:x"]', /http:\/\/e:x is not a valid URL/],
  ['poll = ', /line 1/],
])('refuses %j and names the file', async (text, problem) => {
  await put('etc/interlock/agent.d/50-bad.toml', text);
  const failure = await settings().catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'config_invalid' });
  expect((failure as Error).message).toMatch(problem);
  expect((failure as Error).message).toContain('50-bad.toml');
});

it('finds a contradiction between two files, and names the later one', async () => {
  await put('usr/lib/interlock/agent.d/10.toml', '[health]\nsettle = 600');
  expect((await settings()).health.settle).toBe(600);
  await put('etc/interlock/agent.d/20.toml', '[health]\nsteady = 400');
  await expect(settings()).rejects.toThrow(/20\.toml: .*600 \+ 400 \+ 30/);
});

it('pauses no longer than it polls, when nobody says', async () => {
  await put('etc/interlock/agent.d/10.toml', 'poll = 20');
  expect(await settings()).toMatchObject({ pollSeconds: 20, retrySeconds: 20 });
});

it('knows after how many seconds the deadman restarts a boot', async () => {
  const unit = '../../../agent/dist/usr/lib/systemd/system/interlock-deadman.timer';
  const text = await readFile(new URL(unit, import.meta.url), 'utf8');
  expect(text).toContain(`OnBootSec=${deadmanSeconds / 60}min`);
});
