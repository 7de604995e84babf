import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const node = fileURLToPath(new URL('../../../node_modules/.bin/node', import.meta.url));
const program = fileURLToPath(new URL('../../../cli/main.ts', import.meta.url));

/** Servers that still run: they end with this process, also when it fails. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill();
});

/** A server in a process of its own, as `interlock serve` starts it. */
export interface ServerProcess {
  url: string;
  lines: string[];
  child: ChildProcess;
  /** Resident memory in bytes. */
  rss(): number;
  /** Sends the signal and waits for the end; resolves with exit code or signal name. */
  end(signal?: NodeJS.Signals): Promise<number | string | null>;
}

/** Starts `interlock serve` on a free loopback port and waits until it listens. */
export async function startServer(dataDir: string, ...args: string[]): Promise<ServerProcess> {
  const child = spawn(node, [program, 'serve', '--data', dataDir, '--listen', '127.0.0.1:0', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  const exit = once(child, 'exit');
  const lines: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout! }).on('line', (line) => {
      lines.push(line);
      const [, address] = /^listening on (\S+)$/.exec(line) ?? [];
      if (address) resolve(address);
    });
    child.once('exit', (code) => reject(new Error(`serve ended with ${code}: ${lines.join('\n')}`)));
  });
  return {
    url,
    lines,
    child,
    rss: () => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1]) * 1024,
    async end(signal = 'SIGTERM') {
      child.kill(signal);
      const [code, name] = (await exit) as [number | null, string | null];
      return code ?? name;
    },
  };
}

/** The token that a first start prints. */
export function adminToken(server: ServerProcess): string {
  return server.lines.find((line) => line.startsWith('admin token: '))!.slice('admin token: '.length);
}

/** Runs another verb to its end. */
export async function interlock(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const child = spawn(node, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  const [code] = (await once(child, 'close')) as [number];
  return { code, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() };
}

/** A folder that `remove` takes away again. */
export function scratch(): { dir: string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), 'interlock-server-'));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}
