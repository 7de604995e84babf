import { expect, it } from 'vitest';
import { runTrial } from '../../../agent/cli/run-trial.ts';
import type { Hold } from '../../../agent/ports/lock.ts';
import { freshMemory, type Memory, type Phase } from '../../../agent/state-machine/memory.ts';

const goal = { version: '2', rootHash: 'b'.repeat(64), grant: null };
const hold: Hold = {
  kind: 'none',
  endpoints: [],
  group: 'g',
  host: 'h',
  clusterId: '',
  boot: 'x',
  nonce: '',
};
const trying: Phase = { at: 'trying', goal, hold, generation: 2, healthy: false };
const idle: Phase = { at: 'idle' };

/** An agent that reaches these phases, one with each run, and then stays. */
function agentOf(phases: Phase[], change: Partial<Memory> = {}) {
  const asked: boolean[] = [];
  return {
    asked,
    async run(_: unknown, once?: boolean): Promise<Memory> {
      const phase = phases[Math.min(asked.length, phases.length - 1)]!;
      asked.push(once ?? false);
      return { ...freshMemory('2026-01-01T00:00:00Z'), phase, ...change };
    },
  };
}

it('goes on until the place is given back, one phase at a time', async () => {
  const agent = agentOf([trying, { at: 'confirmed', goal, hold }, { at: 'finished', goal }, idle]);
  await runTrial(agent);
  expect(agent.asked).toEqual([true, true, true]);
});

it('does nothing more on a boot that is no trial', async () => {
  const agent = agentOf([idle]);
  await runTrial(agent);
  expect(agent.asked).toHaveLength(1);
});

it('is content with a marked slot whose lock cannot be reached', async () => {
  const wait = { until: '2026-01-01T00:01:00Z', reason: 'etcd is away' };
  await runTrial(agentOf([{ at: 'confirmed', goal, hold }], { wait }));
});

it.each<[string, Phase, Partial<Memory>]>([
  ['stopped', trying, {}],
  ['the ESP is full', trying, { problem: { at: '', code: 'space_missing', problem: 'the ESP is full' } }],
  [
    'health check x',
    { at: 'condemned', goal, hold, generation: 2, reason: 'health check x', marked: true },
    {},
  ],
])('fails while the slot is not marked good: %s', async (problem, phase, change) => {
  await expect(runTrial(agentOf([phase], change))).rejects.toMatchObject({
    code: 'on_trial',
    details: { problem },
  });
});
