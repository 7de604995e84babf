import type { Running, SlotName } from '../../../agent/ports/host.ts';
import type { Event } from '../../../agent/state-machine/event.ts';
import { freshMemory, type Memory, type Phase } from '../../../agent/state-machine/memory.ts';
import { clusterId, otherSlot, rootHashOf, times, versionName } from './releases.ts';

/** One host as it truly is, without its part of the lock. */
export interface Host {
  /** What is on the disk; the agent saves it before each effect. */
  memory: Memory;
  boot: number;
  power: 'up' | 'off';
  /** A reboot was asked for; the host is still up, going down. */
  asked: boolean;
  slot: SlotName;
  /** Version each slot holds, or null when it is not whole. */
  slots: Record<SlotName, number | null>;
  /** The slot of the newest entry that was marked good. */
  blessed: SlotName;
  /** Whether the other slot was marked good once and is still whole. */
  way: boolean;
  /** Generation of an entry with tries left; it names the slot that is not blessed. */
  trial: number | null;
  /** Generation of an entry without tries left; it names that slot too, and boots when nothing else is there. */
  spent: number | null;
  generations: number;
  /**
   * Whether the agent runs, waits for an answer of the lock, or starts again after a swap that lost. It doubts from a
   * swap on whose answer did not come in time: that may still land, while the agent goes on at another endpoint.
   */
  agent: 'off' | 'on' | 'waiting' | 'again' | 'doubting' | 'waiting in doubt';
  /** What became of the task that the agent started in this boot: `cut off` has no record of its end. */
  task: 'none' | 'running' | 'done' | 'failed' | 'cut off';
  /** Maintenance that may still be ordered. */
  orders: number;
  /** Down or unproven because of an update or a task: the count that must not exceed the places. */
  out: boolean;
  /** It has asked to give its place back since it took it. */
  leaving: boolean;
  /** Versions that an operator gave up here and did not want again, as long as the memory lasts. */
  cancelled: readonly number[];
  /** The boot pointer was made to name one of them. */
  defied: boolean;
}

/** Whether a request of the agent is under way whose answer it waits for. */
export function isWaiting({ agent }: Host): boolean {
  return agent === 'waiting' || agent === 'waiting in doubt';
}

/** A host on version 0 that has never run an agent. */
export function newHost(orders = 0): Host {
  return {
    memory: canonical(freshMemory(times.start)),
    boot: 1,
    power: 'up',
    asked: false,
    slot: 'a',
    slots: { a: 0, b: null },
    blessed: 'a',
    way: false,
    trial: null,
    spent: null,
    generations: 0,
    agent: 'off',
    task: 'none',
    orders,
    out: false,
    leaving: false,
    cancelled: [],
    defied: false,
  };
}

export function runningOf(host: Host): Running {
  const version = host.slots[host.slot] ?? 0;
  const identity = { name: 'core', version: versionName(version), arch: 'amd64' as Running['arch'] };
  return { bootId: `boot-${host.boot}`, slot: host.slot, rootHash: rootHashOf(version), ...identity };
}

/** The first event that the agent gets. */
export function startedEvent(host: Host): Event {
  const counted = host.trial ?? host.spent;
  const isOther = host.slot !== host.blessed;
  return {
    kind: 'started',
    time: times.now,
    running: runningOf(host),
    generation: isOther && counted !== null ? counted : 0,
    blessed: !isOther || host.way,
    generations: counted === null ? [] : [counted],
    retrySeconds: 60,
  };
}

/** Drops what no decision reads, and every clock reading but "there is a wait". */
export function canonical({ tellAt: _, lastTask: __, ...memory }: Memory): Memory {
  return {
    ...memory,
    phase: plain(memory.phase),
    since: times.start,
    wait: memory.wait && { until: times.start, reason: '' },
    tries: 0,
    reports: [],
    reportCount: 0,
    failed: Object.fromEntries(
      Object.entries(memory.failed).map(([hash, { version }]) => [
        hash,
        { version, reason: '', at: times.start },
      ]),
    ),
    look: null,
    problem: null,
    slots: {},
    seen: seenOf(memory),
    ...(memory.barred && { barred: untimed(memory.barred) }),
  };
}

function untimed(barred: NonNullable<Memory['barred']>): NonNullable<Memory['barred']> {
  return Object.fromEntries(
    Object.entries(barred).map(([hash, { versions }]) => [hash, { versions, at: times.start }]),
  );
}

/** Revisions only count by their distance from the present one, which is always 1000 here; 999 is any older one. */
function seenOf({ seen }: Memory): Memory['seen'] {
  const known = seen[clusterId];
  return known === undefined ? {} : { [clusterId]: known === '1000' ? '1000' : '999' };
}

function plain(phase: Phase): Phase {
  if ('end' in phase) return { ...phase, end: { ...phase.end, problem: '' } };
  return 'reason' in phase ? { ...phase, reason: '' } : phase;
}

/** Somebody wrote: what this host has seen is not the newest any more. */
export function aged(host: Host): Host {
  if (host.memory.seen[clusterId] !== '1000') return host;
  return { ...host, memory: { ...host.memory, seen: { [clusterId]: '999' } } };
}

/** Boots what the pointer names: the entry on trial, or the blessed one. */
export function booted(host: Host): Host {
  const slot = host.trial === null ? host.blessed : otherSlot(host.blessed);
  return { ...host, power: 'up', boot: host.boot + 1, slot, asked: false, agent: 'off', task: 'none' };
}

/** The new slot does not come up until its tries are spent, and then the good one does. */
export function fallenBack(host: Host): Host {
  return booted({ ...host, trial: null, spent: host.trial });
}

/** The good slot's entry is gone until the agent writes it again: whatever else lies on the ESP boots. */
export function bootedOther(host: Host): Host {
  return { ...booted(host), slot: otherSlot(host.blessed) };
}
