import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findServer } from '../../cli/client/client.ts';
import { parseServerUrl } from '../../cli/client/server-url.ts';
import { readUserConfig, saveUserConfig, userConfigPath } from '../../cli/client/user-config.ts';
import { adminToken, interlock, startServer } from '../update-server/support/start-server.ts';

let home: string;
let env: NodeJS.ProcessEnv;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'login-'));
  env = { XDG_CONFIG_HOME: home };
});
afterEach(() => rm(home, { recursive: true, force: true }));

const kept = { server: 'https://one.example', token: 'kept', ca: '/ca.crt' };
const one = { current: 'default', profiles: { default: kept } };

test('the file is its owner’s alone', async () => {
  await saveUserConfig(one, userConfigPath(env));
  expect((await stat(join(home, 'interlock/config.toml'))).mode & 0o777).toBe(0o600);
  expect((await stat(join(home, 'interlock'))).mode & 0o777).toBe(0o700);
  expect(readUserConfig(userConfigPath(env))).toEqual(one);
  expect(await readFile(join(home, 'interlock/config.toml'), 'utf8')).toContain('server = ');
});

test('a flag comes before the environment, and that before the file', async () => {
  await saveUserConfig(one, userConfigPath(env));
  expect(findServer({}, env)).toEqual(kept);
  const both = { ...env, INTERLOCK_SERVER: 'https://one.example/', INTERLOCK_TOKEN: 'of env' };
  expect(findServer({}, both)).toMatchObject({ token: 'of env', ca: '/ca.crt' });
  expect(findServer({ token: 'of flag' }, both)).toMatchObject({ token: 'of flag' });
});

test('a kept token goes to no other server', async () => {
  await saveUserConfig(one, userConfigPath(env));
  expect(findServer({ server: 'https://two.example' }, env)).toEqual({
    server: 'https://two.example',
    token: undefined,
    ca: undefined,
  });
});

test('without anything there is no server', () => {
  expect(findServer({}, env).server).toBeUndefined();
});

test('a token that others may read, an unknown key and broken TOML are refused with the file’s name', async () => {
  const file = userConfigPath(env);
  await saveUserConfig(one, file);
  await chmod(file, 0o644);
  expect(() => readUserConfig(file)).toThrow(/other users can read/);
  for (const text of ['sever = "https://x"', 'server = ', 'server = "ftp://x"']) {
    await writeFile(file, text, { mode: 0o600 });
    await chmod(file, 0o600);
    expect(() => readUserConfig(file), text).toThrow(file);
  }
});

test('the file of earlier versions is the profile default, and stays when another is added', async () => {
  const file = userConfigPath(env);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, 'server = "https://one.example"\ntoken = "kept"\nca = "/ca.crt"\n', { mode: 0o600 });
  expect(readUserConfig(file)).toEqual(one);
  const lab = { server: 'http://127.0.0.1:8080', token: 'lab' };
  await saveUserConfig({ current: 'lab', profiles: { ...one.profiles, lab } }, file);
  expect(findServer({}, env)).toMatchObject(lab);
  expect(findServer({}, { ...env, INTERLOCK_PROFILE: 'default' })).toEqual(kept);
  expect(() => findServer({}, { ...env, INTERLOCK_PROFILE: 'lba' })).toThrow(
    /no profile lba; did you mean lab\?/,
  );
});

test.each([
  ['127.0.0.1:8080', 'http://127.0.0.1:8080'],
  ['localhost:80/', 'http://localhost:80'],
  ['[::1]:8080', 'http://[::1]:8080'],
  ['updates.example.org', 'https://updates.example.org'],
  ['https://updates.example.org/fleet/', 'https://updates.example.org/fleet'],
])('%s is taken as %s', (text, url) => {
  expect(parseServerUrl(text, '--server')).toBe(url);
});

test.each([
  '',
  ' ',
  'ftp://x',
  'http://',
  'https://a b',
  'http://x:99999',
  'https://u:p@x',
  'https://x/?a=1',
  '::1',
])('%j is refused with what to write', (text) => {
  expect(() => parseServerUrl(text, '--server')).toThrow(/^--server is .*; write it as https:/);
});

test('a further login says that its server is used from now on', async () => {
  const server = await startServer(join(home, 'data'));
  const former = process.env.XDG_CONFIG_HOME;
  process.env.XDG_CONFIG_HOME = home;
  try {
    const login = (name: string) =>
      interlock('login', '--server', server.url, '--token', adminToken(server), '--name', name);
    expect((await login('prod')).out).toMatch(/saved as profile prod in \S+\n$/);
    expect((await login('lab')).out).toMatch(/; it is used from now on, in place of prod\n$/);
  } finally {
    if (former === undefined) delete process.env.XDG_CONFIG_HOME;
    else process.env.XDG_CONFIG_HOME = former;
    await server.end();
  }
});
