import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** A server under measurement, in a process of its own. */
export interface MeasuredServer {
  url: string;
  /** Processor seconds so far, all threads, user and system. */
  cpuSeconds(): number;
  /** Most resident memory so far, in MiB. */
  peakMebibytes(): number;
  stop(): Promise<void>;
}

/** Starts a script that prints `listening on URL`. */
export async function startMeasured(script: string, ...args: string[]): Promise<MeasuredServer> {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const [, found] = /^listening on (\S+)$/.exec(line) ?? [];
      if (found) resolve(found);
    });
    child.once('exit', (code) => reject(new Error(`${script} ended with ${code}`)));
  });
  return measured(url, child);
}

/** Starts a program that stays one process and listens at `url` soon. */
export async function spawnMeasured(
  url: string,
  program: string,
  ...args: string[]
): Promise<MeasuredServer> {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`${program} ended with ${code}`);
  });
  failed.catch(() => {});
  await Promise.race([failed, listening(new URL(url))]);
  return measured(url, child);
}

async function listening({ hostname, port }: URL): Promise<void> {
  for (;;) {
    const socket = connect(Number(port), hostname);
    const isThere = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isThere) return;
    await sleep(50);
  }
}

function measured(url: string, child: ChildProcess): MeasuredServer {
  const exit = once(child, 'exit');
  const proc = (file: string) => readFileSync(`/proc/${child.pid}/${file}`, 'utf8');
  return {
    url,
    cpuSeconds() {
      const fields = proc('stat').split(') ')[1]!.split(' ');
      return (Number(fields[11]) + Number(fields[12])) / 100;
    },
    peakMebibytes: () => Number(/VmHWM:\s+(\d+) kB/.exec(proc('status'))![1]) / 1024,
    async stop() {
      child.kill('SIGTERM');
      await exit;
    },
  };
}
