import type { RolloutSummary } from '../../protocol/api/rollout.ts';
import type { List } from '../../system/list/list.ts';

/** The columns of `interlock rollout list` and of what `rollout start` began. */
export const rolloutList: List<RolloutSummary> = {
  none: 'no rollouts: start one by interlock publish',
  columns: [
    { name: 'rollout', kind: 'id', value: ({ id }) => id },
    { name: 'name', value: ({ name }) => name },
    { name: 'version', kind: 'version', value: ({ version }) => version },
    { name: 'arch', value: ({ arch }) => arch, isWide: true },
    { name: 'channel', value: ({ channel }) => channel },
    { name: 'policy', value: ({ policy }) => policy, isWide: true },
    { name: 'state', value: ({ state }) => state },
    { name: 'starts', kind: 'time', value: ({ starts }) => starts, isSpare: true },
    {
      name: 'ramp',
      kind: 'count',
      value: ({ percent }) => percent,
      show: ({ percent }) => `${percent.toFixed(0)} %`,
      isSpare: true,
    },
    { name: 'under-way', kind: 'count', value: ({ inFlight }) => inFlight, isSpare: true },
    { name: 'good', kind: 'count', value: ({ confirmed }) => confirmed },
    { name: 'failed', kind: 'count', value: ({ failed }) => failed },
    { name: 'active', kind: 'count', value: ({ active }) => active, isWide: true },
    { name: 'created', kind: 'time', value: ({ created }) => created, isWide: true },
    { name: 'reason', kind: 'text', value: ({ reason }) => reason, isWide: true },
  ],
};
