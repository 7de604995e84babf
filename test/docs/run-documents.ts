import { type ChildProcess, spawn } from 'node:child_process';
import { hash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatLock } from '../../builder/packages/lock/packages-lock.ts';
import { createHost } from '../support/host/create-host.ts';
import { makeHostRelease } from '../support/host/make-release.ts';
import type { Host } from '../support/host/supervise-host.ts';
import { type Block, readBlocks, wordOf } from './read-blocks.ts';

const repository = join(import.meta.dirname, '../..');
const ballastBytes = 300_000;

/** Impatient: somebody waits for the test. Read after what the page wrote. */
const impatience = 'poll = 1\nretry = 1\n[health]\nsettle = 0.5\nsteady = 0.2\ntimeout = 5\n';

/** How pages are followed. */
export interface Manner {
  /** Releases are made quickly and hosts are files, or everything is typed as it stands: images are built and machines boot. */
  isLiteral: boolean;
  /** How long a command with `until` is repeated. */
  untilMs: number;
  env?: NodeJS.ProcessEnv;
  /** Root folder of another Debian, whose QEMU and firmware run the machines. */
  machinesIn?: string;
  /** The block after which the reader has seen enough. */
  isLast?(block: Block): boolean;
  /** Hears how long each block took. */
  onStep?(block: Block, ms: number): void | Promise<void>;
  /** Hears what machines say on their consoles. */
  onConsole?(text: string): void;
}

const quickly: Manner = { isLiteral: false, untilMs: 60_000 };

/** Follows pages as a reader would, in one folder, against a real server and hosts. Throws at what fails. */
export async function runDocuments(pages: readonly string[], manner: Manner = quickly): Promise<void> {
  const reader = await startReader(manner);
  try {
    for (const block of pages.flatMap(readBlocks)) {
      const started = Date.now();
      await reader.follow(block);
      await manner.onStep?.(block, Date.now() - started);
      if (manner.isLast?.(block)) break;
    }
  } finally {
    await reader.stop();
  }
}

async function startReader({ isLiteral, untilMs, env: more, onConsole, machinesIn }: Manner) {
  const above = await mkdtemp(join(tmpdir(), 'reader-'));
  const dir = join(above, 'try');
  await mkdir(dir);
  await symlink(repository, join(above, 'interlock'));
  const port = await freePort();
  const env = {
    ...process.env,
    PATH: `${join(repository, 'bin')}:${process.env.PATH}`,
    HOME: dir,
    XDG_CONFIG_HOME: '',
    ...more,
  };
  const running: ChildProcess[] = [];
  const hosts: Host[] = [];
  const here = (text: string) =>
    text.replace(
      /(127\.0\.0\.1|10\.0\.2\.2):8080/g,
      (_, address) => `${isLiteral ? address : '127.0.0.1'}:${port}`,
    );

  const start = (text: string, isGroup = false) =>
    spawn('bash', ['-euo', 'pipefail', '-c', text], {
      cwd: dir,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: isGroup,
    });

  return {
    async follow(block: Block): Promise<void> {
      const { words } = block;
      const made = wordOf(block, 'made');
      if (words.includes('background')) await serve(block);
      else if (made) await (isLiteral ? run(block) : makeRelease(block, made));
      else if (words.includes('host'))
        await (isLiteral ? startMachine(block) : startHosts(Number(wordOf(block, 'hosts') ?? 1)));
      else if (words.includes('run')) await run(block);
    },
    async stop(): Promise<void> {
      await Promise.all(hosts.map((host) => host.stop()));
      for (const child of running.filter(
        ({ exitCode, signalCode }) => exitCode === null && signalCode === null,
      )) {
        const ended = once(child, 'exit');
        process.kill(-child.pid!, 'SIGTERM');
        await ended;
      }
      await rm(above, { recursive: true, force: true });
    },
  };

  async function startMachine({ page, line, text }: Block): Promise<void> {
    const child = start(machinesIn ? inside(machinesIn, dir, text) : text, true);
    running.push(child);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => onConsole?.(chunk.toString()));
    }
    child.once('exit', (code, signal) => onConsole?.(`\n${page}:${line} ended with ${code ?? signal}\n`));
  }

  async function run(block: Block): Promise<void> {
    const wanted = wordOf(block, 'until');
    const exit = Number(wordOf(block, 'exit') ?? 0);
    for (const end = Date.now() + untilMs; ; await sleep(500)) {
      const { code, text } = await finish(start(here(block.text)));
      const isDone = code === exit && (wanted === undefined || text.includes(wanted));
      if (isDone) return;
      if (wanted === undefined || Date.now() > end) {
        throw new Error(`${block.page}:${block.line} ended with ${code}:\n${block.text}\n\n${text}`);
      }
    }
  }

  async function serve({ page, line, text }: Block): Promise<void> {
    const child = start(`exec ${text} --listen 127.0.0.1:${port}`, true);
    running.push(child);
    let said = '';
    await new Promise<void>((resolve, reject) => {
      const hear = (chunk: Buffer) => {
        said += chunk.toString();
        if (said.includes('listening on')) resolve();
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      child.once('exit', (code) => reject(new Error(`${page}:${line} ended with ${code}: ${said}`)));
    });
  }

  async function makeRelease(block: Block, version: string): Promise<void> {
    const name = /images\/([a-z]+)/.exec(block.text)?.[1] ?? '';
    const out = /--out (\S+)/.exec(block.text)?.[1] ?? '';
    const folder = join(dir, out, `${name}-${version}-x86-64`);
    const files = {
      'usr/lib/interlock/root.json': await readFile(join(dir, 'keys/metadata/root.json'), 'utf8'),
      ...(block.words.includes('unhealthy')
        ? { 'etc/interlock/health.d/10-web': '#!/bin/sh\necho "no answer on port 80"; exit 1\n' }
        : {}),
    };
    const release = await makeHostRelease(folder, version, {
      name,
      files,
      ballast: randomBytes(ballastBytes),
    });
    const lock = formatLock({
      format: 1,
      suite: 'trixie',
      arch: 'x86-64',
      date: release.created,
      packages: [],
    });
    const sbom = '{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":[]}\n';
    await writeFile(join(folder, 'packages.lock'), lock);
    await writeFile(join(folder, 'sbom.cdx.json'), sbom);
    const more = { packagesLock: nameBlob(lock), sbom: nameBlob(sbom), stateCompat: '1' };
    await writeFile(join(folder, 'release.json'), JSON.stringify({ ...release, ...more }));
  }

  async function startHosts(count: number): Promise<void> {
    const own = join(dir, 'host/interlock');
    const files = (await readdir(own, { recursive: true, withFileTypes: true })).filter((entry) =>
      entry.isFile(),
    );
    const config: Record<string, string> = { 'agent.d/90-test.toml': impatience };
    for (const { parentPath, name } of files) {
      const path = join(parentPath, name);
      config[path.slice(own.length + 1)] = here(await readFile(path, 'utf8'));
    }
    for (let index = 1; index <= count; index++) {
      const folder = join(dir, 'machines', `web-${index}`);
      await mkdir(join(folder, 'etc'), { recursive: true });
      await writeFile(join(folder, 'etc/hostname'), `web-${index}\n`);
      const host = await createHost({
        dir: folder,
        release: join(dir, 'releases/tiny-1-x86-64'),
        config,
        pollMs: 1000,
      });
      hosts.push(host);
      await host.start();
    }
  }
}

/** Commands as they go in another Debian that has this folder too. */
function inside(root: string, dir: string, text: string): string {
  const script = [
    `mkdir -p '${root}${dir}'`,
    `mount --bind '${dir}' '${root}${dir}'`,
    `mount --rbind /dev '${root}/dev'`,
    `exec chroot '${root}' bash -euo pipefail -c "cd '${dir}'; $1"`,
  ];
  const quoted = (words: string) => `'${words.replaceAll("'", "'\\''")}'`;
  return `exec unshare --mount --propagation private sh -euc ${quoted(script.join('\n'))} sh ${quoted(text)}`;
}

function nameBlob(text: string): { size: number; sha256: string } {
  return { size: Buffer.byteLength(text), sha256: hash('sha256', text) };
}

async function finish(child: ChildProcess): Promise<{ code: number; text: string }> {
  let text = '';
  const hear = (chunk: Buffer) => {
    text += chunk.toString();
  };
  child.stdout?.on('data', hear);
  child.stderr?.on('data', hear);
  const [code] = (await once(child, 'close')) as [number];
  return { code, text };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
