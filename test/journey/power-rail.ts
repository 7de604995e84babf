import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { serveDisk } from '../support/vm/nbd/serve-disk.ts';
import { stopDisk } from '../support/vm/nbd/stop-disk.ts';
import { loseAll, openVolatileDisk } from '../support/vm/nbd/volatile-disk.ts';
import type { VmOptions } from '../support/vm/qemu-args.ts';
import type { Vm } from '../support/vm/start-vm.ts';
import { followWrites, type SeenWrite } from './follow-writes.ts';
import { isDue, type Moment } from './power-cut-moments.ts';
import type { Place } from './with-vm.ts';

/** What a power cut did. */
export interface Cut {
  /** The last write before it. */
  write: SeenWrite;
  /** How many unflushed writes reached the disk, did not, or did by halves. */
  fates: Record<'kept' | 'lost' | 'torn', number>;
}

/** A machine whose power goes at chosen writes, on a disk that forgets what nobody flushed. */
export interface Rail {
  /** Powers the machine on, unless it is on, and cuts at the moment. */
  cutAt(moment: Moment, seconds: number): Promise<Cut>;
  /** Powers the machine on, unless it is on, and leaves it so. */
  until(what: string, isDone: (vm: Vm) => Promise<boolean>, seconds: number): Promise<Vm>;
  /** Another release is under way. */
  start(): void;
}

interface RailOptions {
  place: Place;
  vm: Partial<VmOptions>;
  /** From 0 up to 1: decides what becomes of each unflushed write. */
  random: () => number;
  /** Called once in each boot that comes so far, as soon as its shell answers, with the version that must run if one must. */
  tend(vm: Vm, version: string | undefined): Promise<void>;
}

const shellSeconds = 400;
/** Looking costs the machine time. */
const lookEveryMs = 2000;

/** Lends a machine on such a disk; nothing runs afterwards. */
export async function withRail(options: RailOptions, use: (rail: Rail) => Promise<void>): Promise<void> {
  const { place, random, tend } = options;
  const follower = await followWrites(place.disk);
  const volatile = await openVolatileDisk(place.disk);
  let moment: Moment | null = null;
  let last: SeenWrite | null = null;
  const stopping = stopDisk(volatile, (offset, data) => {
    const write = follower.see(offset, data);
    if (!moment || !isDue(moment, write)) return false;
    last = write;
    moment = null;
    return true;
  });
  const socket = join(dirname(place.disk), 'nbd.sock');
  const server = await serveDisk(stopping.disk, socket);
  let vm: Vm | undefined;
  let tended = 0;
  let start: Moment['next'];

  async function powerOn(): Promise<Vm> {
    if (vm?.isOn()) return vm;
    stopping.powerOn();
    if (vm) await vm.powerOn(start?.by);
    else {
      const disk = `nbd:unix:${socket}`;
      const beforeBoot = async () => follower.boot();
      vm = await place.start({ ...options.vm, disk, cache: 'writeback', beforeBoot });
    }
    return vm;
  }

  async function tendUntil(machine: Vm, isDone: (vm: Vm) => Promise<boolean>, seconds: number) {
    for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(lookEveryMs)) {
      const boot = machine.boots();
      try {
        if (await isDone(machine)) return;
        if (boot === tended) continue;
        await machine.waitForShell(shellSeconds, boot);
        await tend(machine, start?.boots);
        start = undefined;
        tended = boot;
      } catch (error) {
        if (!last && machine.boots() === boot) throw error;
      }
    }
    throw new Error(`it did not come within ${seconds} s:\n${machine.console.text().slice(-2000)}`);
  }

  try {
    await use({
      start: () => follower.start(),
      async until(what, isDone, seconds) {
        const machine = await powerOn();
        await tendUntil(machine, isDone, seconds).catch((cause) => {
          throw new Error(`not ${what}: ${cause.message}`, { cause });
        });
        return machine;
      },
      async cutAt(next, seconds) {
        moment = next;
        const machine = await powerOn();
        const tending = tendUntil(machine, async () => last !== null, seconds);
        await Promise.race([stopping.stopped(), tending]).catch((cause) => {
          throw new Error(`never: ${next.what}: ${cause.message}`, { cause });
        });
        await machine.powerCut();
        await tending;
        await server.disconnect();
        const cut = { write: last!, fates: await volatile.powerCut(next.losesAll ? loseAll : random) };
        last = null;
        start = next.next;
        return cut;
      },
    });
  } finally {
    await vm?.stop();
    await server.close();
    await volatile.close();
  }
}
