import { isOutward } from '../../../agent/run/keep-windows.ts';
import type { Effect, Event } from '../../../agent/state-machine/event.ts';
import type { Fault } from './faults.ts';
import { canonical, type Host, isWaiting, startedEvent } from './host.ts';
import { rootHashOf, targetOf, times } from './releases.ts';
import type { Setting } from './setting.ts';
import { changeWorld, isWorldly } from './world-effects.ts';

/** Collects the moves of one host; `did` is free, `went` costs a fault and is only worked out when one is left. */
export interface Moves {
  did(label: string, to: Host): void;
  went(fault: Fault, to: () => Host, detail?: string): void;
}

/** An event without its time. */
export type Happening = Event extends infer E ? (E extends Event ? Omit<E, 'time'> : never) : never;

/** The agent handles an event and saves what it then knows. Throws what the state machine throws. */
export function handle(
  host: Host,
  happening: Happening,
  { rules, coverage }: Setting,
  time: string = times.now,
): Host {
  const { memory, effects } = rules.step(host.memory, { ...happening, time } as Event);
  coverage.move(host.memory.phase.at, memory.phase.at);
  const agent = effects.length > 0 ? 'on' : 'off';
  return { ...host, memory: canonical(memory), agent };
}

/** What the agent's present effect can lead to, unless it is one of the lock's. */
export function agentMoves(host: Host, setting: Setting, { did, went }: Moves): void {
  if (host.power === 'off') return;
  const on = (event: Happening, from: Host = host) => handle(from, event, setting);
  const late = (event: Happening) => handle(host, event, setting, times.late);
  if (host.agent === 'off') {
    const { time: _, ...started } = startedEvent(host);
    if (host.asked) went('agent starts while the host goes down', () => on(started));
    else did('agent starts', on(started));
    return;
  }
  if (isWaiting(host)) return;
  const [effect] = setting.rules.effectsOf(host.memory);
  if (!effect) return;
  if (isOutward(effect, host.memory.phase.at)) {
    went('own window closes', () => on({ kind: 'closed', next: null, reason: '' }), effect.kind);
  }
  went('agent crashes', () => ({ ...host, agent: 'off' }));
  if (
    effect.kind === 'acquire' ||
    effect.kind === 'release' ||
    effect.kind === 'cancel' ||
    effect.kind === 'draw'
  ) {
    return;
  }
  if (effect.kind === 'task') {
    attend(host, on, { did, went });
    return;
  }
  const { expires } = planOf(host);
  if (effect.kind === 'look') {
    look(host, setting.head, on, late, { did, went });
    return;
  }

  const changed = changeWorld(host, effect);
  const threw = (retry: 'later' | 'never', from: Host) =>
    on({ kind: 'failed', code: 'internal', problem: 'x', retry }, from);
  if (changed === undefined) {
    did(`${effect.kind}, the loader refuses`, threw('never', host));
    return;
  }
  went('effect throws', () => threw('later', host), effect.kind);
  went('effect throws for good', () => threw('never', host), effect.kind);
  if (isWorldly(effect)) {
    went(
      'agent crashes after the effect, before it is saved',
      () => ({ ...changed, agent: 'off' }),
      effect.kind,
    );
    went('effect throws after it was done', () => threw('later', changed), effect.kind);
    went('effect throws for good after it was done', () => threw('never', changed), effect.kind);
  }
  const answer = answerOf(effect, changed);
  if (answer) did(effect.kind, on(answer, changed));
  else did(effect.kind, { ...changed, agent: 'off' });
  if (effect.kind === 'health') {
    went('health fails', () => on({ kind: 'unhealthy', check: 'c', problem: 'x' }));
  }
  if (effect.kind === 'hooks' && answer && expires) went('grant expires', () => late(answer));
}

/** The agent starts the task, or finds it again: it is started once in a boot. */
function attend(host: Host, on: (event: Happening, from?: Host) => Host, { did, went }: Moves): void {
  const ended = (ok: boolean) => on({ kind: 'ended', ok, problem: '' }, { ...host, task: 'none' });
  switch (host.task) {
    case 'none':
      did('task starts', { ...host, task: 'running', out: true });
      return;
    case 'running':
      went('task hangs and is ended', () => ended(false));
      return;
    case 'cut off':
      did('task is found cut off', { ...on({ kind: 'lost', problem: '' }), agent: 'off' });
      return;
    default:
      did('task is found ended', ended(host.task === 'done'));
  }
}

function look(
  host: Host,
  head: number,
  on: (event: Happening) => Host,
  late: (event: Happening) => Host,
  { did, went }: Moves,
): void {
  const seen = (version: number): Happening => ({
    kind: 'looked',
    found: { target: targetOf(version), expires: times.expires },
    pollSeconds: 60,
  });
  const [next, newer] = offered(host, head);
  if (next !== undefined) did(`looks, is offered ${next}`, on(seen(next)));
  if (newer !== undefined) went('head moves on', () => on(seen(newer)));
  if (host.memory.phase.at !== 'written') return;
  went('offer is withdrawn', () =>
    on({ kind: 'looked', found: { none: 'paused', problem: '' }, pollSeconds: 60 }),
  );
  const away: Happening = { kind: 'looked', found: { code: 'unreachable', problem: 'x' }, pollSeconds: 60 };
  went('server is away', () => on(away));
  if (planOf(host).expires) went('grant expires', () => late(away), 'server is away');
}

/** The next version after the running one, and one that came out since; none that failed here. */
function offered(host: Host, head: number): number[] {
  const running = host.slots[host.slot] ?? 0;
  const versions = Array.from({ length: head - running }, (_, index) => running + 1 + index);
  return versions.filter((version) => !host.memory.failed[rootHashOf(version)]);
}

/** The present plan's end of grant, where there is a plan. */
export function planOf({ memory }: Host): { expires: string | null } {
  return 'plan' in memory.phase ? memory.phase.plan : { expires: null };
}

function answerOf(effect: Effect, host: Host): Happening | undefined {
  switch (effect.kind) {
    case 'write':
      return { kind: 'wrote' };
    case 'hooks':
      return { kind: 'hooked' };
    case 'flip':
    case 'flipBack':
      return { kind: 'flipped', generation: host.trial ?? 0 };
    case 'unflip':
      return { kind: 'unflipped' };
    case 'health':
      // the checks of maintenance look whether the host goes down
      if (host.asked && host.memory.phase.at === 'returning')
        return { kind: 'unhealthy', check: 'c', problem: 'x' };
      return { kind: 'healthy' };
    case 'markGood':
      return { kind: 'markedGood' };
    case 'markBad':
      return { kind: 'markedBad' };
    default:
      return undefined;
  }
}
