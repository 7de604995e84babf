import { asInterlockError, InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { Running } from '../ports/host.ts';
import type { LockPort, Place, Standing } from '../ports/lock.ts';
import type { Ports } from '../ports/ports.ts';
import type { ServerPort } from '../ports/server.ts';
import type { OnProgress } from '../ports/slot.ts';
import type { Target, TrustPort } from '../ports/trust.ts';
import type { Effect, EventBody, Found } from '../state-machine/event.ts';
import { mayStand, strandedIn, troubleOf, withStanding } from '../state-machine/lost.ts';
import { holdOf, type Memory } from '../state-machine/memory.ts';
import { confirm } from './confirm.ts';

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
  switch (effect.kind) {
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
      return { kind: 'drew', nonce: ports.clock.nonce(), place: await placeFor(memory, lock) };
    case 'acquire': {
      const answer = await lock.acquire(effect.attempt, effect.rootHash, self);
      return { kind: 'acquired', nonce: effect.attempt.nonce, answer };
    }
    case 'hooks':
      await scripts.hooks(effect.when);
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
  { server, wrong }: Ports,
  context: PerformContext,
): Promise<string | null> {
  if (!server || grant === null) return null;
  const answer = await server.checkIn(checkInOf(context, wrong)).catch(() => null);
  if (!answer) return null;
  const { decision } = answer;
  if ('none' in decision) return takenBack(decision.none);
  return decision.offer.release === releaseSha256 ? null : `the server offers ${decision.offer.version} now`;
}

/** What the server's no means for an update under way; a busy server has nothing against it. */
export function takenBack(reason: string): string | null {
  return reason === 'busy' ? null : `the server takes its leave back: ${reason}`;
}

async function standingNow(lock: LockPort): Promise<Standing | null> {
  return lock.standing(lock.place());
}

/**
 * Where the place is to be had: by today's configuration only when none can be held yet. A host that lost its memory
 * takes none while one may stand that it knows nothing of: `lock_stranded`.
 */
async function placeFor(memory: Memory, lock: LockPort): Promise<Place> {
  const hold = holdOf(memory.phase);
  if (hold) return hold;
  const standing = mayStand(memory) && (await standingNow(lock));
  if (standing) throw strandedIn(standing);
  return lock.place();
}

/** Checks in and turns an offer into a target by signed metadata. */
async function look(ports: Ports, context: PerformContext): Promise<EventBody> {
  const { pollSeconds, memory } = context;
  // unknown is not none: what was seen last is told on
  const standing = mayStand(memory) ? await standingNow(ports.lock).catch(() => undefined) : undefined;
  const looked = { kind: 'looked' as const, ...(standing === undefined ? {} : { standing }) };
  if (!ports.server || !ports.trust) {
    return { ...looked, found: { none: 'no_server', problem: 'no server is configured' }, pollSeconds };
  }
  const known = standing === undefined ? memory : withStanding(memory, standing);
  const answer = await ports.server
    .checkIn(checkInOf({ ...context, memory: known }, ports.wrong))
    .catch(asInterlockError);
  if (answer instanceof InterlockError) {
    const { code, message } = answer;
    return { ...looked, found: { code, problem: message, isServer: true }, pollSeconds };
  }
  try {
    const found = await foundBy(answer.decision, ports.trust, context);
    const isAway = 'none' in found && found.none === 'busy';
    const pause = isAway ? answer.pollSeconds : Math.min(answer.pollSeconds, pollSeconds);
    return { ...looked, found, pollSeconds: pause };
  } catch (error) {
    const { code, message } = asInterlockError(error);
    return { ...looked, found: { code, problem: message }, pollSeconds };
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

/** What a host tells the server about itself, its troubles included. */
export function checkInOf(
  { memory, running, name }: Pick<PerformContext, 'memory' | 'running' | 'name'>,
  wrong: Ports['wrong'] = null,
): Parameters<ServerPort['checkIn']>[0] {
  const failed = new Set(Object.values(memory.failed).map(({ version }) => version));
  const trouble = troubleOf(memory, wrong);
  return {
    name,
    version: running.version,
    arch: running.arch,
    bootId: running.bootId,
    rootHash: running.rootHash,
    at: memory.phase.at.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
    failed: [...failed],
    cancelled: [...new Set(Object.values(memory.barred ?? {}).flatMap(({ versions }) => versions))],
    ...(trouble && { trouble: { code: trouble.code, text: trouble.problem } }),
  };
}
