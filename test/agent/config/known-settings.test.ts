import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readKnownSettings } from '../../../agent/config/known-settings.ts';
import { pathsOf } from '../../../agent/config/paths.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'interlock-known-'));
  await mkdir(pathsOf(root).state, { recursive: true });
  await put(
    'agent.d/10.toml',
    'server = "http://a"\ngroup = "web"\n[lock]\nkind = "etcd"\nendpoints = ["http://e"]\n',
  );
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function put(file: string, text: string): Promise<void> {
  const path = join(pathsOf(root).etc, file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
const known = () => readKnownSettings(pathsOf(root));

it.each([
  ['an unknown key', 'agent.d/20.toml', 'polll = 1'],
  ['no TOML', 'agent.d/10.toml', 'server = '],
  ['a contradiction', 'agent.d/20.toml', 'poll = 1\nretry = 2'],
  ['a lock without endpoints', 'agent.d/10.toml', '[lock]\nkind = "etcd"'],
  ['a file in place of a folder', 'health.d', ''],
])('goes by the last settings that were right: %s', async (_, file, text) => {
  const { settings, problem, keep } = await known();
  expect(problem).toBeNull();
  await keep();
  await put(file, text);
  const after = await known();
  expect(after.problem?.code).toBe('config_invalid');
  expect(after.settings).toEqual(settings);
  await after.keep();
  expect((await known()).settings).toEqual(settings);
});

it('keeps them where nobody else reads, and only when they changed', async () => {
  await (await known()).keep();
  const file = join(pathsOf(root).state, 'settings.json');
  const { mode, ino } = await stat(file);
  expect(mode & 0o777).toBe(0o600);
  await (await known()).keep();
  expect((await stat(file)).ino).toBe(ino);
});

it('keeps labels where an agent that does not know them, after a fall back, does not stumble over them', async () => {
  await put('agent.d/30.toml', '[labels]\nrole = "web"\n');
  await (await known()).keep();
  const kept = JSON.parse(await readFile(join(pathsOf(root).state, 'settings.json'), 'utf8'));
  expect(Object.keys(kept.inputs)).not.toContain('labels');
  await put('agent.d/20.toml', 'polll = 1');
  expect((await known()).settings).toMatchObject({ server: 'http://a', labels: { role: 'web' } });
});

it('asks no server by a part of the settings, for it would show another host than this one', async () => {
  await put('agent.d/20.toml', 'chanel = "beta"');
  const { settings, problem } = await known();
  expect(problem?.message).toContain('chanel');
  expect(settings).toMatchObject({ server: null, group: 'web', lock: { endpoints: ['http://e'] } });
  await put('agent.d/10.toml', '[lock]\nkind = "etcd"');
  expect((await known()).settings.lock).toBeNull();
});

it('writes nothing by reading', async () => {
  await known();
  expect(await readdir(pathsOf(root).state)).toEqual([]);
});
