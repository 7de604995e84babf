import type { Running, SlotName } from '../../../agent/ports/host.ts';
import type { Target } from '../../../agent/ports/trust.ts';
import type { Effect, Event } from '../../../agent/state-machine/event.ts';
import { freshMemory, type Memory } from '../../../agent/state-machine/memory.ts';
import { step } from '../../../agent/state-machine/step.ts';
import { type LockStore, type Luck, performLock } from './store.ts';

/** Root hashes of the model's versions. */
export const hashOf = (version: string): string => version.padEnd(64, '0');

export function targetOf(version: string, grant: string | null = 'grant-1234'): Target {
  const release = { name: 'core', version } as Target['release'];
  return { version, rootHash: hashOf(version), releaseSha256: 'f'.repeat(64), release, grant };
}

interface Entry {
  generation: number;
  slot: SlotName;
  tries: number | null;
}

/** One host of the model: disk, boot loader, health and the agent's memory, as a power cut leaves them. */
export interface ModelHost {
  id: string;
  store: LockStore;
  slots: Record<SlotName, string>;
  entries: Entry[];
  running: Running;
  memory: Memory;
  boot: number;
  clock: number;
  /** Between a power cut or reboot and the first good health check after it. */
  isDown: boolean;
  /** The server's word: an offer or a reason for none. */
  offer: string | { none: string } | { code: string };
  expires: string | null;
  isGood: (version: string) => boolean;
  hooksFail: boolean;
  nonces: number;
  visited: Set<string>;
}

export function createHost(id: string, store: LockStore): ModelHost {
  const running = runningOf(id, 1, 'a', 'v1');
  return {
    id,
    store,
    slots: { a: 'v1', b: '' },
    entries: [{ generation: 1, slot: 'a', tries: null }],
    running,
    memory: freshMemory('2026-01-01T00:00:00.000Z'),
    boot: 1,
    clock: Date.parse('2026-01-01T00:00:00Z'),
    isDown: false,
    offer: 'v2',
    expires: '2027-01-01T00:00:00Z',
    isGood: () => true,
    hooksFail: false,
    nonces: 0,
    visited: new Set(),
  };
}

/** The agent learns an event and its memory reaches the disk; returns what it would do next. */
export function handle(host: ModelHost, event: EventBody): Effect | undefined {
  host.clock += 1000;
  const time = new Date(host.clock).toISOString();
  const before = host.memory.phase.at;
  const { memory, effects } = step(host.memory, { ...event, time } as Event);
  host.memory = JSON.parse(JSON.stringify(memory)) as Memory;
  if (before !== memory.phase.at) host.visited.add(`${before} ${memory.phase.at}`);
  return effects[0];
}

type EventBody = Event extends infer E ? (E extends Event ? Omit<E, 'time'> : never) : never;

/** Starts the agent, an hour later, so that every wait is over. */
export function start(host: ModelHost): Effect | undefined {
  host.clock += 3_700_000;
  const own = host.entries
    .filter(({ slot }) => slot === host.running.slot)
    .toSorted((a, b) => b.generation - a.generation)[0];
  return handle(host, {
    kind: 'started',
    running: host.running,
    generation: own?.generation ?? 0,
    blessed: own?.tries === null,
    generations: host.entries.map(({ generation }) => generation),
    retrySeconds: 60,
  });
}

/** Power comes back, or the reboot happens: the loader chooses as systemd-boot does and counts. */
export function boot(host: ModelHost): void {
  const entry = host.entries
    .filter(({ tries }) => tries !== 0)
    .toSorted((a, b) => b.generation - a.generation)[0];
  if (!entry) throw new Error(`${host.id} has nothing to boot`);
  if (entry.tries !== null) entry.tries--;
  host.boot++;
  host.isDown = true;
  host.running = runningOf(host.id, host.boot, entry.slot, host.slots[entry.slot]);
}

/** Does one effect in the model's world and returns the event that answers it; null after a reboot. */
export function perform(host: ModelHost, effect: Effect, luck: Luck = 'ok'): EventBody | null {
  const other: SlotName = host.running.slot === 'a' ? 'b' : 'a';
  const self = { boot: host.running.bootId, boots: host.memory.boots, seen: host.memory.seen };
  switch (effect.kind) {
    case 'look':
      return { kind: 'looked', found: found(host), pollSeconds: 300 };
    case 'write':
      host.entries = host.entries.filter(({ slot }) => slot !== other);
      host.slots[other] = effect.target.version;
      return { kind: 'wrote' };
    case 'draw': {
      const place = { kind: 'etcd' as const, endpoints: ['e'], group: 'g', host: host.id };
      return { kind: 'drew', nonce: `${host.id}-${host.nonces++}`, place };
    }
    case 'acquire':
    case 'release':
    case 'cancel':
      return performLock(host.store, effect, self, luck);
    case 'hooks':
      if (host.hooksFail) return { kind: 'failed', code: 'hook_failed', problem: 'no', retry: 'later' };
      return { kind: 'hooked' };
    case 'flip':
    case 'flipBack': {
      const top = host.entries.toSorted((a, b) => b.generation - a.generation)[0]!;
      if (top.slot === other && top.tries === 3) return { kind: 'flipped', generation: top.generation };
      host.entries.push({ generation: top.generation + 1, slot: other, tries: 3 });
      return { kind: 'flipped', generation: top.generation + 1 };
    }
    case 'unflip':
      host.entries = host.entries.filter(({ generation, tries }) =>
        effect.generation === 'any' ? tries !== 3 : generation !== effect.generation,
      );
      return { kind: 'unflipped' };
    case 'health':
      if (!host.isGood(host.running.version)) {
        return { kind: 'unhealthy', check: '10-net', problem: 'no route' };
      }
      host.isDown = false;
      return { kind: 'healthy' };
    case 'markGood':
      mark(host, effect.generation, null);
      return { kind: 'markedGood' };
    case 'markBad':
      mark(host, effect.generation, 0);
      return { kind: 'markedBad' };
    case 'task':
      host.isDown = true;
      // a task whose agent missed its end is found again, ended or cut off
      return luck === 'lost'
        ? { kind: 'lost', problem: 'x' }
        : { kind: 'ended', ok: luck === 'ok', problem: '' };
    case 'reboot':
      boot(host);
      return null;
  }
}

/** Runs the agent until it waits; returns the effects done. */
export function runUntilWaiting(host: ModelHost, limit = 100): string[] {
  const done: string[] = [];
  let effect = start(host);
  while (effect && done.length < limit) {
    done.push(effect.kind);
    const event = perform(host, effect);
    effect = event ? handle(host, event) : start(host);
  }
  return done;
}

function found(host: ModelHost) {
  if (typeof host.offer === 'string') return { target: targetOf(host.offer), expires: host.expires };
  if ('none' in host.offer) return { none: host.offer.none, problem: '' };
  return { code: host.offer.code, problem: 'no answer' };
}

function mark(host: ModelHost, generation: number, tries: number | null): void {
  for (const entry of host.entries) if (entry.generation === generation) entry.tries = tries;
}

function runningOf(id: string, boot: number, slot: SlotName, version: string): Running {
  return {
    bootId: `${id}-boot-${boot}`,
    slot,
    rootHash: hashOf(version),
    name: 'core',
    version,
    arch: 'x86-64',
  };
}
