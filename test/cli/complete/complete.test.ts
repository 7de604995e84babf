import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { kindOf } from '../../../cli/complete/kind-of.ts';
import { createInterlock } from '../../../cli/program.ts';
import { describeProgram } from '../../../system/command/command-tree.ts';
import { bashCompletion } from '../../../system/completion/bash.ts';
import { fishCompletion } from '../../../system/completion/fish.ts';
import { zshCompletion } from '../../../system/completion/zsh.ts';

const call = promisify(execFile);
const bin = join(import.meta.dirname, '../../../bin');
const host = { version: '1.2', channel: 'stable', state: 'waiting' };
const choices = (...values: string[]) => values.map((value) => ({ value, hosts: 3 }));
/** What the server knows; the last name is one that a shell would run. */
const answers: Readonly<Record<string, unknown>> = {
  '/v1/hosts': {
    hosts: [
      { id: '0a11ce00-1', hostname: 'web-1', ...host },
      { id: '0b0b0000-2', hostname: 'db-1', ...host },
      { id: '0bad0000-3', hostname: 'web-$(touch pwned)', ...host },
    ],
  },
  '/v1/hosts/choices': { channels: choices('beta'), groups: choices('canary', 'rest') },
  '/v1/releases': { releases: [{ name: 'core', version: '1.10', channels: ['stable'] }] },
  '/v1/rollouts': {
    rollouts: [{ id: 'c0ffee00-1', name: 'core', version: '1.10', channel: 'stable', state: 'running' }],
  },
  '/v1/tokens': { tokens: [{ id: 'dead0000-1', role: 'viewer', name: 'ci', revoked: null }] },
};
let server: Server;
let dir: string;
let asked: string[];
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'complete-'));
  const program = describeProgram(await createInterlock());
  await writeFile(join(dir, 'bash'), bashCompletion(program, kindOf));
  await writeFile(join(dir, 'zsh'), zshCompletion(program, kindOf));
  await writeFile(join(dir, 'fish'), fishCompletion(program, kindOf));
  server = createServer(({ url = '' }, response) => {
    asked.push(url);
    const answer = answers[url.split('?')[0] ?? ''];
    const type = { 'content-type': 'application/json' };
    response.writeHead(answer ? 200 : 404, type).end(JSON.stringify(answer ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(dir, { recursive: true, force: true });
});
beforeEach(async () => {
  asked = [];
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const own = { HOME: dir, XDG_CACHE_HOME: join(dir, 'cache'), XDG_CONFIG_HOME: join(dir, 'config') };
  env = {
    ...process.env,
    ...own,
    INTERLOCK_SERVER: url,
    INTERLOCK_TOKEN: 'secret-of-mine',
    PATH: `${bin}:${process.env.PATH}`,
  };
  await rm(own.XDG_CACHE_HOME, { recursive: true, force: true });
});

/** The answer of the program itself, as often as it takes on a machine that is too busy to answer in its time. */
async function ask(kind: string, ...words: string[]): Promise<string[]> {
  const answer = async () =>
    (await call(join(bin, 'interlock'), ['__complete', kind, '--', ...words], { env })).stdout;
  return lines(await untilSaid(answer));
}

const shells: Record<string, (words: string[]) => Promise<string[]>> = {
  async bash(words) {
    const script = `source ${dir}/bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _interlock; printf '%s\n' "\${COMPREPLY[@]}"`;
    return lines(
      await untilSaid(
        async () => (await call('bash', ['-c', script, 'bash', ...words], { env, cwd: dir })).stdout,
      ),
    );
  },
  async fish(words) {
    const script = `source ${dir}/fish; complete -C "$argv"`;
    const run = async () =>
      (await call('fish', ['--no-config', '-c', script, words.join(' ')], { env, cwd: dir })).stdout;
    return lines(await untilSaid(run)).map((line) => line.split('\t')[0] ?? '');
  },
};

const typed: [line: string, expected: string[]][] = [
  ['interlock host show we', ['web-1']],
  ['interlock host list --channel st', ['stable']],
  ['interlock host group web-1 ca', ['canary']],
  ['interlock host group web-1 db', ['db-1']],
  ['interlock host hold web-1 db', ['db-1']],
  ['interlock host pin db-1 1.', ['1.10']],
  ['interlock rollout pause c0', ['c0ffee00']],
  ['interlock promote co', ['core']],
  ['interlock promote core 1.', ['1.10']],
  ['interlock promote core 1.10 --to be', ['beta']],
  ['interlock rollback core --to 1', ['1.10']],
  ['interlock token revoke de', ['dead0000']],
  ['interlock rollout start core --policy ca', ['careful']],
  ['interlock host list --state wai', ['waiting']],
];
for (const [shell, complete] of Object.entries(shells)) {
  test.each(typed)(`${shell} completes “%s” by what the server knows`, async (line, expected) => {
    expect(await complete(line.split(' '))).toEqual(expected);
  });
}

// a busy machine may not answer within the patience of a person who types
test('zsh completes a host on a terminal', { retry: 5, timeout: 120_000 }, async () => {
  const session = `
    zmodload zsh/zpty
    zpty shell zsh -f -i
    zpty -w shell 'PROMPT=; cd ${dir}; autoload -U compinit; compinit -u -D; source ${dir}/zsh; print rea""dy'
    zpty -r -m shell out '*ready*'
    zpty -w -n shell $'interlock host show web\\t'
    zpty -r -m shell out '*web-1*'
    print completed`;
  await ask('host', 'host', 'show', 'web');
  const { stdout } = await call('zsh', ['-f', '-c', session], { env, timeout: 60_000 });
  expect(stdout).toContain('completed');
});

test('a name that a shell would run is not offered, and nothing is run', async () => {
  expect(await ask('host', 'host', 'show', 'we')).toEqual(['web-1\t1.2 stable waiting']);
  expect(await readdir(dir)).not.toContain('pwned');
});

test('the server is asked once for some seconds, and what is kept does not name the token', async () => {
  await ask('group', 'host', 'group', 'web-1', '');
  const before = asked.length;
  expect(await ask('group', 'host', 'group', 'web-1', 'ca')).toEqual(['canary\t3 hosts']);
  expect(asked.length).toBe(before);
  const folder = join(dir, 'cache/interlock/completion');
  for (const name of await readdir(folder)) {
    expect((await stat(join(folder, name))).mode & 0o077).toBe(0);
    expect(name + (await readFile(join(folder, name), 'utf8'))).not.toContain('secret-of-mine');
  }
});

test.each([
  ['no server', { INTERLOCK_SERVER: '' }, 'host'],
  ['a server that is away', { INTERLOCK_SERVER: 'http://127.0.0.1:1' }, 'host'],
  ['a kind that is none', {}, 'nonsense'],
])('%s is silence', async (_, change, kind) => {
  const { stdout, stderr } = await call(join(bin, 'interlock'), ['__complete', kind, '--', ''], {
    env: { ...env, ...change },
  });
  expect(stdout + stderr).toBe('');
});

test('a server that is named in the line is the one that is asked', async () => {
  const given = env.INTERLOCK_SERVER!;
  env = { ...env, INTERLOCK_SERVER: 'http://127.0.0.1:1' };
  expect(await ask('rollout', 'rollout', 'show', '--server', given, 'c0')).toEqual([
    'c0ffee00\tcore 1.10 on stable, running',
  ]);
});

async function untilSaid(say: () => Promise<string>): Promise<string> {
  for (let count = 0; count < 20; count++) {
    const said = await say();
    if (said.trim()) return said;
  }
  return '';
}

function lines(text: string): string[] {
  return text.split('\n').filter(Boolean);
}
