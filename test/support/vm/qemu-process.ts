import { type ChildProcess, spawn } from 'node:child_process';
import { buildHostArch } from '../../../builder/build-host/build-host-arch.ts';
import { machineType } from '../../../lab/machine/machine-type.ts';
import { type Monitor, openMonitor } from '../../../lab/machine/monitor.ts';
import { processorSecondsOf } from '../processor-seconds.ts';
import { acceptOnce } from './accept-once.ts';
import type { Console } from './console.ts';
import { type Host, machineFiles, qemuArgs, type VmOptions } from './qemu-args.ts';
import { openShell, type Shell } from './shell.ts';

/** Why QEMU ended: its own words (`guest-reset`, `guest-shutdown`, `host-qmp-quit`), or the signal that ended it. */
export interface End {
  reason: string;
  /** Processor seconds of the host that this boot took. */
  cpuSeconds: number;
}

/** One run of QEMU, from power-on to the first reset. */
export interface QemuProcess {
  pid: number;
  monitor: Monitor;
  shell: Shell | undefined;
  /** Types on the serial console. */
  type(text: string): void;
  ended: Promise<End>;
  cpuSeconds(): number;
  kill(): void;
}

const cpuSampleMs = 500;

/** Starts QEMU; it dies with the test's process, even when that is killed. Starved of time, its watchdogs would fire. */
export async function startQemu(options: VmOptions, host: Host, console: Console): Promise<QemuProcess> {
  const files = machineFiles(options.folder, options.format);
  const hasShell = options.shell !== false;
  const sockets = await Promise.all(
    [files.console, files.monitor, ...(hasShell ? [files.shell] : [])].map(acceptOnce),
  );
  const argv = [machineType(options.arch ?? buildHostArch()).program, ...qemuArgs(options, host)];
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...argv], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const cpuSeconds = followCpu(child);
  let complaint = '';
  child.stderr?.on('data', (chunk) => {
    complaint += chunk;
    console.note(`qemu: ${String(chunk).trim()}`);
  });
  let reason = '';
  const ended = new Promise<End>((resolve) => {
    child.once('error', (error) => resolve({ reason: error.message, cpuSeconds: 0 }));
    child.once('close', (code, signal) => {
      for (const { close } of sockets) close();
      resolve({ reason: reason || String(signal ?? `exit ${code}: ${complaint}`), cpuSeconds: cpuSeconds() });
    });
  });

  const failed = ended.then(({ reason: why }) => Promise.reject(new Error(`QEMU did not start: ${why}`)));
  failed.catch(() => {});
  const [serial, control, port] = await Promise.race([
    Promise.all(sockets.map(({ connected }) => connected)),
    failed,
  ]);
  serial!.setEncoding('utf8').on('data', (text) => console.append(String(text)));
  const shell = port && openShell(port);
  const monitor = await openMonitor(control!, ({ event, data }) => {
    if (event === 'SHUTDOWN') reason = String(data?.reason);
    if (event === 'WATCHDOG') console.note('the watchdog fired');
  });
  await monitor.execute('cont');
  const type = (text: string) => void serial!.write(text);
  return { pid: child.pid!, monitor, shell, type, ended, cpuSeconds, kill: () => void child.kill('SIGKILL') };
}

/** Processor time of a child, read while it lives: it cannot be asked for afterwards. */
function followCpu(child: ChildProcess): () => number {
  let seconds = 0;
  const sample = () => {
    // gone: the last sample stays
    seconds = Math.max(seconds, processorSecondsOf(child.pid));
    return seconds;
  };
  const timer = setInterval(sample, cpuSampleMs);
  child.once('close', () => clearInterval(timer));
  return sample;
}
