import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleAgent } from '../../builder/tree/agent/bundle-agent.ts';
import { bundleProgram } from '../../packaging/bundle/bundle.ts';
import { native } from '../../packaging/contents/runtime.ts';
import { shippedPackages } from '../../packaging/licences/shipped-packages.ts';
import { makePackages } from '../../packaging/package.ts';

const root = join(import.meta.dirname, '../..');
const [architecture, cpu] =
  process.arch === 'arm64' ? (['arm64', 'arm64'] as const) : (['amd64', 'x64'] as const);
mkdirSync(join(root, '.cache'), { recursive: true });
/** Beside the sources, so that copies can be hard links. */
const work = mkdtempSync(join(root, '.cache/test-packaging-'));
const host = join(work, 'host');
const home = join(host, 'usr/lib/interlock');
const source = { version: '0.0.1-1', epoch: 1_700_000_000, commit: '0123456789ab' };
let files: string[] = [];

beforeAll(async () => {
  files = await makePackages({ out: join(work, 'first'), architecture, level: 1, source });
  for (const file of files) execFileSync('dpkg-deb', ['-x', file, host]);
});
afterAll(() => rmSync(work, { recursive: true }));

/** Runs the installed program, on a Node that refuses TypeScript. */
function run(...args: string[]): string {
  const env = { ...process.env, NODE_OPTIONS: '--no-strip-types', HOME: work };
  return execFileSync(join(home, 'bin/interlock'), args, { encoding: 'utf8', cwd: work, env });
}

describe('what is in the packages', () => {
  const shipped = () => globSync('**/*', { cwd: host });

  it('no TypeScript, and everything that modules look for beside their sources', () => {
    expect(shipped().filter((path) => /\.tsx?$/.test(path))).toEqual([]);
    const chunks = globSync('js/*.js', { cwd: home }).map((path) => readFileSync(join(home, path), 'utf8'));
    const named = chunks.flatMap((code) => [
      ...code.matchAll(/new URL\(["`]([^"`$]+)["`], new URL\("(\.\.\/[^"]+)", import\.meta\.url\)/g),
      ...code.matchAll(/new Worker\(new URL\("([^"]+)", ()import\.meta\.url\)/g),
    ]);
    expect(named.length).toBeGreaterThan(8);
    // a module may ask for its own folder, and find that it is not in a checkout
    for (const [, path = '', place = ''] of named.filter(([, path]) => path !== '.')) {
      expect(existsSync(join(home, 'js', dirname(place), path)), path).toBe(true);
    }
  });

  it('man pages, completions and licences at Debian’s places', () => {
    expect(shipped()).toEqual(
      expect.arrayContaining([
        'usr/bin/interlock',
        'usr/share/man/man1/interlock.1.gz',
        'usr/share/man/man1/interlock-serve.1.gz',
        'usr/share/bash-completion/completions/interlock',
        'usr/share/zsh/vendor-completions/_interlock',
        'usr/share/fish/vendor_completions.d/interlock.fish',
        'usr/share/doc/interlock/copyright',
        'usr/share/doc/interlock-server/copyright',
        'usr/lib/systemd/system/interlock-server.service',
        'usr/lib/sysusers.d/interlock-server.conf',
        'usr/lib/tmpfiles.d/interlock-server.conf',
        'usr/share/interlock/images/tiny/image.toml',
      ]),
    );
  });

  it('a licence for every package that the bundler joined in', async () => {
    const known = shippedPackages(root, `node-linux-${cpu}`).map(({ folder }) => folder);
    const { modules } = await bundleProgram(root, native);
    const { packages } = await bundleAgent();
    const folders = modules.flatMap(
      (file) => /\/(node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? [],
    );
    const joined = new Set([...folders, ...packages.map(({ name }) => `node_modules/${name}`)]);
    expect(joined.size).toBeGreaterThan(50);
    for (const folder of joined) expect(known).toContain(folder);
  });
});

describe('the installed program', () => {
  it('says what it was made from', () => {
    expect(run('--version')).toContain('0123456789ab');
  });

  it('loads each verb by itself', () => {
    for (const page of globSync('docs/man/interlock-*.1', { cwd: root })) {
      const [, verb = ''] = /^interlock-(.*)\.1$/.exec(basename(page)) ?? [];
      if (verb !== 'agent') expect(run(verb, '--help')).toContain(`interlock ${verb}`);
    }
  });

  it('makes keys, and serves the dashboard to who opens it', async () => {
    run('keys', 'init', 'keys');
    const args = ['serve', '--data', 'data', '--listen', '127.0.0.1:0', '--online-keys', 'keys/online'];
    const server = spawn(join(home, 'bin/interlock'), args, {
      cwd: work,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      let url = '';
      for await (const line of createInterface({ input: server.stdout })) {
        url = /^listening on (\S+)$/.exec(line)?.[1] ?? '';
        if (url) break;
      }
      const page = await fetch(url, { headers: { accept: 'text/html' } });
      expect(await page.text()).toContain('/assets/main.js');
      expect((await fetch(`${url}/assets/main.js`)).status).toBe(200);
      expect((await fetch(`${url}/readyz`)).status).toBeLessThan(504);
    } finally {
      server.kill('SIGTERM');
      await once(server, 'exit');
    }
  });
});

it('gives the same bytes in another folder, at another time, for another user', async () => {
  const other = join(work, 'a folder', 'elsewhere');
  const list = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0');
  for (const path of list.filter(Boolean)) {
    await cp(join(root, path), join(other, path), { verbatimSymlinks: true });
  }
  const shell = (script: string) =>
    execFileSync('sh', ['-euc', `umask 077\n${script}`], {
      cwd: other,
      env: { ...process.env, TZ: 'Pacific/Apia', LC_ALL: 'C', SOURCE_DATE_EPOCH: String(source.epoch) },
    });
  shell(`cp -al ${JSON.stringify(join(root, 'node_modules'))} .; git init -q; git add -A`);
  const request = { out: '../second', architecture, level: 1, source };
  const program = `import { makePackages } from './packaging/package.ts';
await makePackages(${JSON.stringify(request)});`;
  writeFileSync(join(other, 'again.ts'), program);
  shell('node_modules/.bin/node again.ts');
  for (const file of files) {
    expect(readFileSync(join(other, '../second', basename(file))).equals(readFileSync(file))).toBe(true);
  }
});
