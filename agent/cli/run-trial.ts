import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { Phase } from '../state-machine/memory.ts';
import type { OpenAgent } from './with-agent.ts';

/** Phases of a boot on trial, up to the one in which its place in the lock is given back. */
const ofTrial: readonly Phase['at'][] = ['trying', 'condemned', 'confirmed'];

/**
 * Goes on with a trial until it is decided, and with nothing else: `boot-complete.target` waits for it, and a lock that
 * cannot be reached must not make a healthy slot look sick. Throws `on_trial` while the running slot is not marked good.
 */
export async function runTrial(agent: Pick<OpenAgent, 'run'>): Promise<void> {
  let memory = await agent.run([], true);
  for (let before = ''; ofTrial.includes(memory.phase.at) && memory.wait === null; ) {
    const now = JSON.stringify(memory.phase);
    if (now === before) break;
    before = now;
    memory = await agent.run([], true);
  }
  const { phase, wait, problem } = memory;
  if (phase.at !== 'trying' && phase.at !== 'condemned') return;
  const reason = phase.at === 'condemned' ? phase.reason : (wait?.reason ?? problem?.problem ?? 'stopped');
  throw new InterlockError('on_trial', { problem: reason });
}
