import { asInterlockError, InterlockError } from '../protocol/errors.ts';
import { confirm } from './confirm.ts';
import type { Effect, EventBody, Found } from './machine/event.ts';
import type { Memory } from './machine/memory.ts';
import type {
  ClockPort,
  LoaderPort,
  LockPort,
  MachinePort,
  OnProgress,
  Running,
  ScriptsPort,
  ServerPort,
  SlotPort,
  Target,
  TrustPort,
} from './ports.ts';

/** Everything outside that the agent touches. `server` and `trust` are null when no server is configured. */
export interface Ports {
  machine: MachinePort;
  slot: SlotPort;
  loader: LoaderPort;
  lock: LockPort;
  trust: TrustPort | null;
  server: ServerPort | null;
  scripts: ScriptsPort;
  clock: ClockPort;
}

export interface PerformContext {
  memory: Memory;
  running: Running;
  /** Name of the image this host follows. */
  name: string;
  /** Longest pause between two looks, in seconds. */
  pollSeconds: number;
  onProgress: OnProgress;
  signal: AbortSignal;
}

/** Does one effect and says what came of it; null after a reboot was asked for. What is thrown becomes `failed`. */
export async function perform(
  effect: Effect,
  ports: Ports,
  context: PerformContext,
): Promise<EventBody | null> {
  try {
    return await attempt(effect, ports, context);
  } catch (error) {
    const { code, message, row } = asInterlockError(error);
    return { kind: 'failed', code, problem: message, retry: row.retry };
  }
}

async function attempt(effect: Effect, ports: Ports, context: PerformContext): Promise<EventBody | null> {
  const { memory, running, onProgress, signal } = context;
  const { loader, lock, scripts } = ports;
  const self = { boot: running.bootId, boots: memory.boots, seen: memory.seen };
  switch (effect.do) {
    case 'look':
      return look(ports, context);
    case 'write': {
      let detail = '';
      const onRefused = (problem: string) => {
        detail = problem;
      };
      await ports.slot.write(effect.target, running, onProgress, signal, onRefused);
      return { kind: 'wrote', ...(detail ? { detail } : {}) };
    }
    case 'draw':
      return { kind: 'drew', nonce: ports.clock.nonce(), place: lock.place() };
    case 'acquire': {
      const answer = await lock.acquire(effect.attempt, effect.rootHash, self);
      return { kind: 'acquired', nonce: effect.attempt.nonce, answer };
    }
    case 'hooks':
      await scripts.hooks(effect.kind);
      return { kind: 'hooked' };
    case 'flip': {
      const reason = await objection(effect.target, ports, context);
      if (reason) return { kind: 'cancel', reason };
      return { kind: 'flipped', generation: await loader.flip(effect.target, running) };
    }
    case 'flipBack':
      return { kind: 'flipped', generation: await loader.flipBack(running) };
    case 'unflip':
      await loader.unflip(effect.generation);
      return { kind: 'unflipped' };
    case 'health': {
      const health = await scripts.health();
      if (health.ok) return { kind: 'healthy' };
      return { kind: 'unhealthy', check: health.check, problem: health.problem };
    }
    case 'markGood':
      await confirm(ports.machine, loader, effect.generation, signal);
      return { kind: 'markedGood' };
    case 'markBad':
      await loader.markBad(effect.generation);
      return { kind: 'markedBad' };
    case 'release': {
      const answer = await lock.release(effect.hold, effect.rootHash, self, effect.verdict);
      return { kind: 'released', answer };
    }
    case 'cancel':
      return { kind: 'released', answer: await lock.cancel(effect.hold, self) };
    case 'reboot':
      await ports.machine.reboot();
      return null;
  }
}

/**
 * Asks once more right before the flip: a rollout may have stopped while this host waited for its place. A server that
 * does not answer has nothing against a grant that has not expired; an operator's order is not the server's to stop.
 */
async function objection(
  { grant, releaseSha256 }: Target,
  { server }: Ports,
  context: PerformContext,
): Promise<string | null> {
  if (!server || grant === null) return null;
  const answer = await server.checkIn(checkInOf(context)).catch(() => null);
  if (!answer) return null;
  const { decision } = answer;
  if ('none' in decision) return `the server takes its leave back: ${decision.none}`;
  return decision.offer.release === releaseSha256 ? null : `the server offers ${decision.offer.version} now`;
}

/** Checks in and turns an offer into a target by signed metadata. */
async function look(ports: Ports, context: PerformContext): Promise<EventBody> {
  const { pollSeconds } = context;
  if (!ports.server || !ports.trust) {
    return {
      kind: 'looked',
      found: { none: 'no_server', problem: 'no server is configured' },
      pollSeconds,
    };
  }
  try {
    const answer = await ports.server.checkIn(checkInOf(context));
    const found = await foundBy(answer.decision, ports.trust, context);
    const isAway = 'none' in found && found.none === 'busy';
    const pause = isAway ? answer.pollSeconds : Math.min(answer.pollSeconds, pollSeconds);
    return { kind: 'looked', found, pollSeconds: pause };
  } catch (error) {
    const { code, message } = asInterlockError(error);
    return { kind: 'looked', found: { code, problem: message }, pollSeconds };
  }
}

async function foundBy(
  decision: Awaited<ReturnType<ServerPort['checkIn']>>['decision'],
  trust: TrustPort,
  { running }: PerformContext,
): Promise<Found> {
  if ('none' in decision) return { none: decision.none, problem: '' };
  const { version, grant, release, expires } = decision.offer;
  const target = await trust.accept({ version, grant }, running, 'server');
  if (target.releaseSha256 !== release) {
    throw new InterlockError('offer_refused', { version, problem: 'the server names another release.json' });
  }
  return { target, expires };
}

function checkInOf({ memory, running, name }: PerformContext): Parameters<ServerPort['checkIn']>[0] {
  const failed = new Set(Object.values(memory.failed).map(({ version }) => version));
  return {
    name,
    version: running.version,
    arch: running.arch,
    bootId: running.bootId,
    rootHash: running.rootHash,
    at: memory.phase.at.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
    failed: [...failed],
  };
}
