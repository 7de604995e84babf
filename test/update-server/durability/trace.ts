import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const node = fileURLToPath(new URL('../../../node_modules/.bin/node', import.meta.url));
const program = fileURLToPath(new URL('../../../cli/main.ts', import.meta.url));

/** One system call of a traced program, in the order of their beginnings; a call that waits comes twice. */
export interface Call {
  /** Seconds since 1970. */
  at: number;
  thread: string;
  name: string;
  /** What the file descriptor names: a path, or `socket:[…]`. */
  target: string;
  /** The rest of its arguments as strace prints them, bytes as `\x..`. */
  text: string;
  /** A call that waited goes on: it is done now. */
  isResumed: boolean;
  /** It was done when it was printed. */
  isDone: boolean;
}

/** True where one program may trace another. */
export function mayTrace(): boolean {
  return spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0;
}

/** A verb of `interlock` under strace. */
export interface Traced {
  lines: string[];
  /** The address it printed; rejects when it ends before. */
  url: Promise<string>;
  exit: Promise<unknown>;
  child: ChildProcess;
  calls(): Call[];
}

/** Starts a verb; `calls` are named as strace's `-e trace=` has them, and at most `bytes` of each argument are kept. */
export function trace(dir: string, calls: string, bytes: number, ...args: string[]): Traced {
  const file = join(dir, `${args[0]}.trace`);
  const options = ['-f', '-ttt', '-y', '-xx', '-s', String(bytes), '-e', `trace=${calls}`, '-o', file];
  const child = spawn('strace', [...options, node, program, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  const exit = once(child, 'exit');
  const url = new Promise<string>((found, fail) => {
    createInterface({ input: child.stdout! }).on('line', (line) => {
      lines.push(line);
      const [, address] = /^listening on (\S+)$/.exec(line) ?? [];
      if (address) found(address);
    });
    child.once('exit', () => fail(new Error(`${args[0]} ended: ${lines.join('\n')}`)));
  });
  url.catch(() => {});
  return { lines, url, exit, child, calls: () => readFileSync(file, 'utf8').split('\n').flatMap(parseCall) };
}

/** Ends a traced server at once; strace ends with it. */
export async function killServer(dataDir: string, { exit }: Traced): Promise<void> {
  process.kill(Number(readFileSync(join(dataDir, 'serve.pid'), 'utf8')), 'SIGKILL');
  await exit;
}

const begun = /^(\d+) +([\d.]+) (\w+)\((?:\d+<((?:[^>\\]|\\.)*)>)?(?:, )?(.*)$/;
const resumed = /^(\d+) +([\d.]+) <\.\.\. (\w+) resumed>(.*)$/;

function parseCall(line: string): Call[] {
  const again = resumed.exec(line);
  if (again) {
    const [, thread = '', at, name = '', text = ''] = again;
    return [{ thread, at: Number(at), name, target: '', text, isResumed: true, isDone: true }];
  }
  const [, thread, at, name = '', target = '', text = ''] = begun.exec(line) ?? [];
  if (!thread) return [];
  const isDone = !line.endsWith('<unfinished ...>');
  return [{ thread, at: Number(at), name, target: plain(target), text, isResumed: false, isDone }];
}

/** The bytes of the first string among a call's arguments. */
export function bytesOf({ text }: Call): Buffer {
  const [, quoted = ''] = /"((?:\\x[0-9a-f]{2})*)"/.exec(text) ?? [];
  return Buffer.from(quoted.replaceAll('\\x', ''), 'hex');
}

/** With `-xx` paths are printed as bytes too. */
function plain(target: string): string {
  return target.includes('\\x') ? Buffer.from(target.replaceAll('\\x', ''), 'hex').toString('utf8') : target;
}
