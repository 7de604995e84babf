import { asInterlockError, InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { LockPort, Place } from '../ports/lock.ts';
import type { Ports } from '../ports/ports.ts';
import type { Effect, EventBody } from '../state-machine/event.ts';
import { mayStand, strandedIn } from '../state-machine/lost.ts';
import { holdOf, type Memory } from '../state-machine/memory.ts';
import { askBeforeFlip } from './ask-before-flip.ts';
import { confirm } from './confirm.ts';
import type { PerformContext } from './context.ts';
import { closedBefore } from './keep-windows.ts';
import { look } from './look.ts';

/** Performs one effect and returns its outcome; null after a reboot was requested. An error becomes `failed`. */
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
  const closed = await closedBefore(effect, ports, memory);
  if (closed) return closed;
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
      if (isUnwanted(memory, ports))
        return { kind: 'cancel', reason: 'the command that ordered it has ended' };
      return { kind: 'drew', nonce: ports.clock.nonce(), place: await placeFor(memory, lock) };
    case 'acquire': {
      const answer = await lock.acquire(effect.attempt, effect.rootHash, self);
      return { kind: 'acquired', nonce: effect.attempt.nonce, answer };
    }
    case 'hooks':
      await scripts.hooks(effect.when);
      return { kind: 'hooked' };
    case 'flip': {
      const reason = await askBeforeFlip(effect.target, ports, context);
      if (reason) return { kind: 'cancel', reason };
      return { kind: 'flipped', generation: await loader.flip(effect.target, running) };
    }
    case 'flipBack':
      return { kind: 'flipped', generation: await loader.flipBack(running) };
    case 'unflip':
      await loader.unflip(effect.generation);
      return { kind: 'unflipped' };
    case 'health':
      return judge(memory, ports);
    case 'task': {
      if (!ports.tasks) throw new InterlockError('internal', { problem: 'no tasks can run here' });
      return ports.tasks.run(effect.task, effect.id);
    }
    case 'markGood':
      await confirm(ports.host, loader, effect.generation, signal);
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
      await ports.host.reboot();
      return null;
  }
}

/**
 * Where the place is to be had: by today's configuration only when none can be held yet. A host that lost its memory
 * takes none while one may stand that it knows nothing of: `lock_stranded`.
 */
async function placeFor(memory: Memory, lock: LockPort): Promise<Place> {
  const hold = holdOf(memory.phase);
  if (hold) return hold;
  const standing = mayStand(memory) && (await lock.standing(lock.place()));
  if (standing) throw strandedIn(standing);
  const place = lock.place();
  const group = memory.phase.at === 'wanted' ? memory.phase.task.group : null;
  return group === null ? place : { ...place, group };
}

/** An operator's command that waited for its place has ended meanwhile, and nobody is there to run it. */
function isUnwanted({ phase }: Memory, { tasks }: Ports): boolean {
  return phase.at === 'wanted' && phase.task.kind === 'command' && !tasks?.isWanted(phase.task);
}

/** Runs the health checks. After maintenance a host that goes down, whoever asked for it, is not healthy, however well it looks. */
async function judge({ phase }: Memory, { scripts, host }: Ports): Promise<EventBody> {
  const isLeaving = async () => phase.at === 'returning' && ((await host.isGoingDown?.()) ?? false);
  const leaving = { kind: 'unhealthy', check: 'shutdown', problem: 'the host is going down' } as const;
  if (await isLeaving()) return leaving;
  const health = await scripts.health();
  if (!health.ok) return { kind: 'unhealthy', check: health.check, problem: health.problem };
  return (await isLeaving()) ? leaving : { kind: 'healthy' };
}
