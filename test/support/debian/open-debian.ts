import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { namespaces, sandboxMode } from '../../../builder/tree/sandbox/sandbox-mode.ts';

const run = promisify(execFile);
const enter = join(import.meta.dirname, 'enter.sh');
/** Every namespace but the network’s. */
const withNetwork = (options: readonly string[]) => options.filter((option) => option !== '--net');

/** A clean Debian in a folder. */
export interface Debian {
  /** A shell in it; what it starts ends with it. Without `network` it has loopback alone. */
  open(options?: { network?: boolean }): Promise<Shell>;
  /** Puts a file of this machine into it. */
  put(file: string, path: string, mode?: string): Promise<void>;
  remove(): Promise<void>;
}

/** A shell at which commands are typed. */
export interface Shell {
  /** Returns what the commands print; throws with it when one of them fails. */
  type(commands: string): Promise<string>;
  close(): Promise<void>;
}

/** Makes a Debian of a suite from its mirror, with what every Debian has, and `include`. */
export async function openDebian(suite: string, include: readonly string[] = []): Promise<Debian> {
  const work = await mkdtemp(join(tmpdir(), `debian-${suite}-`));
  const root = join(work, 'root');
  const mode = await sandboxMode();
  const tar = join(work, 'root.tar');
  await run('mmdebstrap', [
    '--quiet',
    '--variant=required',
    `--include=apt,${include.join(',')}`,
    suite,
    tar,
  ]);
  const shells: Shell[] = [];
  const inside = (...argv: string[]) => run('unshare', [...withNetwork(namespaces(mode)), ...argv]);
  await inside('sh', '-euc', 'mkdir "$1"; tar -xpf "$0" -C "$1" --exclude=./dev/*; rm "$0"', tar, root);
  return {
    async open({ network = false } = {}) {
      if (network) await copyInto('/etc/resolv.conf', 'etc/resolv.conf');
      const options = network ? withNetwork(namespaces(mode)) : namespaces(mode);
      const shell = openShell([...options, 'sh', enter, root, 'bash']);
      shells.push(shell);
      return shell;
    },
    put: copyInto,
    async remove() {
      await Promise.all(shells.map((shell) => shell.close()));
      await inside('rm', '-rf', root);
      await rm(work, { recursive: true, force: true });
    },
  };

  async function copyInto(file: string, path: string, mode = '644'): Promise<void> {
    const between = join(work, 'file');
    await copyFile(file, between);
    await inside('install', '-D', '-m', mode, between, join(root, path));
    await rm(between);
  }
}

function openShell(options: readonly string[]): Shell {
  const child = spawn('unshare', options, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  let said = '';
  let hear = () => {};
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    hear();
  });
  let count = 0;
  return {
    async type(commands) {
      const mark = `-- ${++count} of ${process.pid} ended with`;
      said = '';
      const whole = new Promise<RegExpExecArray>((resolve, reject) => {
        hear = () => {
          const found = new RegExp(`^([\\s\\S]*)${mark} (\\d+)\n`).exec(said);
          if (found) resolve(found);
        };
        void ended.then(([code]) => reject(new Error(`the shell ended with ${code}: ${said}`)));
      });
      // a shell of its own, so that a failure ends these commands and no others; services keep no pipe open
      child.stdin.write(
        `bash -euo pipefail -c "$(cat <<'INTERLOCK-TYPED'\n${commands}\nINTERLOCK-TYPED\n)" < /dev/null 2>&1\necho "${mark} $?"\n`,
      );
      const [, output = '', code] = await whole;
      if (code !== '0') throw new Error(`${commands}\nended with ${code}:\n${output}`);
      return output;
    },
    async close() {
      child.stdin.end('exit 0\n');
      await ended;
    },
  };
}
