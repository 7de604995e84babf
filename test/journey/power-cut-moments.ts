import type { Random } from '../simulation/fleet/random.ts';
import { position, type SeenWrite } from './follow-writes.ts';

/** When the power goes: right after the first write that is the one, or by which the agent is already past it. */
export interface Moment {
  what: string;
  isNow(write: SeenWrite): boolean;
  /** The last phase of the agent in which the moment can come. */
  last: string | null;
  /** Nothing that was not flushed reaches the disk: the last write did not happen, those flushed before it did. */
  losesAll?: true;
  /** What starts the machine from then on, and the version that it must boot first. */
  next?: Start;
}

interface Start {
  by: 'uefi' | 'bios';
  boots: string;
}

/** True for the write after which the power goes. */
export function isDue({ isNow, last }: Moment, write: SeenWrite): boolean {
  const isPast = write.saved !== undefined && write.position > (last === null ? -1 : position(last));
  return isNow(write) || isPast;
}

const imageWrite = 16 * 1024;
const grubHeader = '# GRUB Environment Block';
const toImage = ({ partition, data }: SeenWrite) => partition === 'esp' && data.length >= imageWrite;
const toNames = ({ partition, data, byLoader }: SeenWrite) =>
  partition === 'esp' && data.length < imageWrite && !byLoader;
const isEmpty = (data: Buffer) => data.every((byte) => byte === 0);

/** A release's size, as far as moments go by it. */
interface Sizes {
  root: number;
  boot: number;
}

/** Cuts while a machine follows its channel to the first release, from its very first boot on. */
export function firstMoments(random: Random, sizes: Sizes): Moment[] {
  const { between } = random;
  return [
    nth('first boot, the state is mounted', 'state', between(1, 25), null),
    nth('first boot, the partition table grows', 'table', between(1, 4), null),
    nth('first boot, services start', 'state', between(40, 120), null),
    {
      what: 'the slot stops being findable',
      isNow: ({ partition, offset, position: at }) =>
        partition === 'verity-b' && offset === 0 && at === position('offered'),
      last: 'offered',
    },
    writing('b', 0.1 + 0.5 * random.fraction(), sizes),
    image(0.1 + 0.8 * random.fraction(), sizes),
    {
      what: 'the slot becomes findable',
      isNow: ({ partition, offset, data }) => partition === 'verity-b' && offset === 0 && !isEmpty(data),
      last: 'offered',
    },
    saved('locked'),
    names('the boot pointer is set', 'locked', between(1, 4)),
    names('the boot pointer is set', 'locked', between(5, 9)),
    {
      what: 'the machine shuts down',
      isNow: after('rebooting', 'state', between(8, 25)),
      last: 'rebooting',
    },
    counting(between(1, 3)),
    names('the slot is marked good', 'trying', between(1, 9)),
    { what: 'the place is given back', isNow: after('confirmed', 'state', between(1, 6)), last: 'confirmed' },
  ];
}

/** Cuts on the way to the next release, into a slot that held one before. */
export function secondMoments(random: Random, sizes: Sizes): Moment[] {
  const { between } = random;
  const startCount = between(2, 40);
  return [
    names('the slot’s old entries go', 'offered', between(1, 8)),
    writing('a', 0.1 + 0.5 * random.fraction(), sizes),
    names('the boot pointer is set', 'locked', between(1, 9)),
    saved('rebooting'),
    counting(between(1, 3)),
    {
      what: `the new slot starts (write ${startCount})`,
      isNow: ({ partition, count, position: at, sinceSave }) =>
        partition === 'state' && at === position('rebooting') && sinceSave === null && count >= startCount,
      last: 'rebooting',
    },
  ];
}

/** The same around GRUB's pointer on a machine that a BIOS starts, and UEFI after a cut between the two pointers. */
export function firstBiosMoments(random: Random, sizes: Sizes): Moment[] {
  const { between } = random;
  return [
    nth('first boot, the state is mounted', 'state', between(1, 25), null),
    extracting(0.1 + 0.8 * random.fraction(), sizes),
    names('the entry is set', 'locked', between(1, 4)),
    beforePointer('the entry is set, GRUB’s pointer is not', 'locked', { by: 'uefi', boots: '2' }),
    beforePointer('the entry is good, GRUB’s pointer is not', 'trying', { by: 'bios', boots: '2' }),
  ];
}

/** And on the way to the next release, which UEFI begins and a BIOS ends. */
export function secondBiosMoments(random: Random, sizes: Sizes): Moment[] {
  const { between } = random;
  return [
    { ...names('the slot’s old entries go', 'offered', between(1, 8)), next: { by: 'uefi', boots: '2' } },
    extracting(0.1 + 0.8 * random.fraction(), sizes),
    beforePointer('the entry is set, GRUB’s pointer is not', 'locked', { by: 'bios', boots: '2' }),
    pointer('GRUB’s pointer is set', 'locked'),
    counting(1, 'GRUB'),
    pointer('GRUB’s pointer is marked good', 'trying'),
  ];
}

function nth(what: string, partition: SeenWrite['partition'], count: number, last: string | null): Moment {
  const isNow = (write: SeenWrite) => write.partition === partition && write.count >= count;
  return { what: `${what} (write ${count})`, isNow, last };
}

function writing(slot: 'a' | 'b', part: number, { root }: Sizes): Moment {
  return {
    what: `the slot is written (${Math.round(part * 100)} %)`,
    isNow: ({ partition, bytes }) => partition === `root-${slot}` && bytes >= part * root,
    last: 'offered',
  };
}

function image(part: number, { boot }: Sizes): Moment {
  let bytes = 0;
  return {
    what: `the kernel image is written (${Math.round(part * 100)} %)`,
    isNow(write) {
      if (toImage(write)) bytes += write.data.length;
      return bytes >= part * boot;
    },
    last: 'offered',
  };
}

function saved(phase: string): Moment {
  return { what: `the agent records ${phase}`, isNow: (write) => write.saved === phase, last: phase };
}

function names(what: string, phase: string, count: number): Moment {
  return {
    what: `${what} (write ${count})`,
    isNow: (write) => toNames(write) && write.position === position(phase) && (write.sinceSave ?? 0) >= count,
    last: phase,
  };
}

function after(phase: string, partition: SeenWrite['partition'], count: number) {
  return (write: SeenWrite) =>
    write.partition === partition && write.position === position(phase) && (write.sinceSave ?? 0) >= count;
}

/** Behind the kernel image itself. */
function extracting(part: number, { boot }: Sizes): Moment {
  const whole = image(1 + part, { root: 0, boot });
  return { ...whole, what: `what GRUB loads is written (${Math.round(part * 100)} %)` };
}

/** The agent writes the one sector of GRUB's environment. */
function pointer(what: string, phase: string): Moment {
  return {
    what,
    isNow: ({ partition, data, byLoader, position: at }) =>
      partition === 'esp' && !byLoader && data.indexOf(grubHeader) === 0 && at === position(phase),
    last: phase,
  };
}

/** Between the two loaders' pointers: the entries' writes were flushed, the sector's is lost. */
function beforePointer(what: string, phase: string, next: Start): Moment {
  return { ...pointer(what, phase), losesAll: true, next };
}

function counting(count: number, loader = 'systemd-boot'): Moment {
  return {
    what: `${loader} counts (write ${count})`,
    isNow: ({ partition, byLoader, count: n }) => partition === 'esp' && byLoader && n >= count,
    last: 'rebooting',
  };
}
