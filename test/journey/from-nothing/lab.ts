import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { labPaths, requireLab } from '../../../lab/folder/lab.ts';
import { sshArgs } from '../../../lab/ssh.ts';
import { run } from '../../../system/process/run.ts';
import { interlock } from '../build-images.ts';

/** A lab of a journey, by its commands. */
export interface Lab {
  /** `interlock lab VERB`, with its JSON. */
  call<T>(verb: string, ...words: string[]): Promise<T>;
  /** The output of a script on a host. Throws when it fails. */
  on(host: string, script: string): Promise<string>;
  /** The same by SSH, with something to read. */
  feed(host: string, script: string, input: Buffer): Promise<void>;
  /** Leads to Docker of a host by a socket here, until the process ends. */
  forwardDocker(host: string): Promise<{ socket: string; stop(): void }>;
}

/** Opens a lab in a folder; it need not be there yet. */
export function openLab(folder: string): Lab {
  const call = async <T>(verb: string, ...words: string[]): Promise<T> => {
    const own = words.indexOf('--');
    const [before, after] = own < 0 ? [words, []] : [words.slice(0, own), words.slice(own)];
    const argv = [interlock, '--json', 'lab', verb, ...before, '--lab', folder, ...after];
    return JSON.parse(await run(process.execPath, argv)) as T;
  };
  const sshTo = async (host: string) => {
    const { hosts } = await requireLab(folder);
    return sshArgs(folder, hosts.find(({ name }) => name === host)!);
  };
  return {
    call,
    async on(host, script) {
      const { output } = await call<{ output: string }>('run', host, '--', script);
      return output;
    },
    async feed(host, script, input) {
      const child = spawn('ssh', [...(await sshTo(host)), script], { stdio: ['pipe', 'inherit', 'inherit'] });
      child.stdin.end(input);
      const [status] = await once(child, 'close');
      if (status !== 0) throw new Error(`${script} on ${host} ended with ${status}`);
    },
    async forwardDocker(host) {
      const socket = join(labPaths(folder).host(host), 'docker');
      const forward = ['-N', '-o', 'ExitOnForwardFailure=yes', '-L', `${socket}:/run/docker.sock`];
      const child = spawn('ssh', [...forward, ...(await sshTo(host))], { stdio: 'inherit' });
      await sleep(5000);
      return { socket, stop: () => void child.kill() };
    },
  };
}

/** Tries until it holds; the last failure is the error. */
export async function eventually<T>(seconds: number, work: () => Promise<T>): Promise<T> {
  for (const end = Date.now() + seconds * 1000; ; await sleep(3000)) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
}
