import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { buildHostArch } from '../../../builder/build-host/build-host-arch.ts';
import { machineType } from '../../../lab/machine/machine-type.ts';
import type { Monitor } from '../../../lab/machine/monitor.ts';
import { run } from '../../../system/process/run.ts';
import { type Console, openConsole } from './console.ts';
import { findHost } from './host.ts';
import { machineFiles, type VmOptions } from './qemu-args.ts';
import { type End, type QemuProcess, startQemu } from './qemu-process.ts';
import type { Outcome } from './shell.ts';

const usualMostBoots = 8;
/** For a script in the guest: emulated, beside another machine, a program that takes one second has taken one minute. */
const usualSeconds = 180;

/** A virtual machine, followed over its reboots. */
export interface Vm {
  console: Console;
  /** How often it was started; the first boot is 1. */
  boots(): number;
  isOn(): boolean;
  /** See `Console.waitFor`. */
  waitFor(pattern: RegExp, seconds: number): Promise<RegExpExecArray>;
  /** Types on the serial console; throws while the machine is off. */
  type(text: string): void;
  /** Waits until a shell answers in boot `number` (the current one unless given) or a later one; gives the boot id. */
  waitForShell(seconds: number, number?: number): Promise<string>;
  /** Runs a script in the guest; throws with its output unless it exits with 0. */
  run(script: string, seconds?: number): Promise<string>;
  /** Runs a script in the guest and gives its exit code too. */
  try(script: string, seconds?: number): Promise<Outcome>;
  monitor(): Monitor;
  /** Waits until it is off for good: shut down, or reset with `onReset: 'stay-off'`. */
  waitUntilOff(seconds: number): Promise<End>;
  /** How each boot so far ended, and what it cost. */
  ends(): readonly End[];
  /** Processor seconds of the host, over all boots. */
  cpuSeconds(): number;
  /** Pulls the plug; what the guest had not flushed is QEMU's to keep. */
  powerCut(): Promise<void>;
  /** Starts it again after it went off, from now on by this firmware when one is given. */
  powerOn(firmware?: VmOptions['firmware']): Promise<void>;
  /** Ends it; afterwards nothing of it runs. */
  stop(): Promise<void>;
}

/** Starts a virtual machine with fresh firmware variables and follows it; every reset is a new run of QEMU. */
export async function startVm(options: VmOptions): Promise<Vm> {
  await mkdir(options.folder, { recursive: true });
  await makeVariables(options);
  const host = await findHost(options.arch);
  const console = openConsole(join(options.folder, 'console.log'));
  const ends: End[] = [];
  let boots = 0;
  let current: QemuProcess | undefined;
  let wanted = false;
  let off = Promise.withResolvers<End>();
  let { firmware } = options;

  const mayRelaunch = () => options.onReset !== 'stay-off' && boots < (options.mostBoots ?? usualMostBoots);

  async function launch(): Promise<void> {
    await options.beforeBoot?.(boots + 1);
    console.note(`boot ${++boots}`);
    const qemu = await startQemu({ ...options, ...(firmware && { firmware }) }, host, console);
    current = qemu;
    if (!wanted) qemu.kill();
    void qemu.ended.then(async (end) => {
      ends.push(end);
      console.note(`boot ${boots} ended: ${end.reason}, ${end.cpuSeconds.toFixed(1)} s of processor time`);
      current = undefined;
      if (wanted && end.reason === 'guest-reset' && mayRelaunch()) {
        await launch().catch((error) => off.reject(error));
      } else {
        wanted = false;
        off.resolve(end);
      }
    });
  }

  async function end(): Promise<void> {
    const wasOn = wanted;
    wanted = false;
    current?.kill();
    if (wasOn) await off.promise.catch(() => {});
  }

  async function waitForShell(seconds: number, number = boots): Promise<string> {
    const deadline = Date.now() + seconds * 1000;
    while (Date.now() < deadline) {
      const shell = boots >= number ? current?.shell : undefined;
      const ready = shell?.ready.catch(() => undefined);
      const found = await within(ready ?? Promise.resolve(undefined), deadline - Date.now());
      if (found) return found.bootId;
      if (!wanted)
        throw new Error(`the machine is off: ${ends.at(-1)?.reason}\n${console.text().slice(-2500)}`);
      await within(new Promise(() => {}), 100);
    }
    throw new Error(`no shell in boot ${number} within ${seconds} s:\n${console.text().slice(-2500)}`);
  }

  async function attempt(script: string, seconds = usualSeconds): Promise<Outcome> {
    if (!current?.shell) await waitForShell(seconds);
    return current!.shell!.run(script, seconds);
  }

  const vm: Vm = {
    console,
    boots: () => boots,
    isOn: () => wanted,
    waitFor: console.waitFor,
    waitForShell,
    try: attempt,
    async run(script, seconds) {
      const { status, output } = await attempt(script, seconds);
      if (status !== 0) throw new Error(`${script}\nended with ${status} in the guest:\n${output}`);
      return output;
    },
    type(text) {
      if (!current) throw new Error('the machine is off');
      current.type(text);
    },
    monitor() {
      if (!current) throw new Error('the machine is off');
      return current.monitor;
    },
    async waitUntilOff(seconds) {
      const found = await within(off.promise, seconds * 1000);
      if (found) return found;
      throw new Error(`still on after ${seconds} s:\n${console.text().slice(-2500)}`);
    },
    ends: () => ends,
    cpuSeconds: () =>
      ends.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0) + (current?.cpuSeconds() ?? 0),
    powerCut: end,
    async powerOn(by = firmware) {
      if (wanted) throw new Error('the machine is on');
      firmware = by;
      wanted = true;
      off = Promise.withResolvers();
      off.promise.catch(() => {});
      await launch();
    },
    stop: end,
  };
  await vm.powerOn();
  return vm;
}

async function makeVariables({
  arch,
  folder,
  format = 'raw',
  variables = machineType(arch ?? buildHostArch()).firmware.variables,
}: VmOptions): Promise<void> {
  const { variables: own } = machineFiles(folder, format);
  if (variables === own) return;
  if (format === 'raw') await copyFile(variables, own);
  else await run('qemu-img', ['convert', '-q', '-O', format, variables, own]);
}

async function within<T>(promise: Promise<T>, milliseconds: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), Math.max(milliseconds, 0));
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
