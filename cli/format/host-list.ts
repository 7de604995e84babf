import type { HostSummary } from '../../protocol/api/operator.ts';
import { formatLabels } from '../../protocol/schema/format-labels.ts';
import type { List } from '../../system/list/list.ts';
import { formatTime } from '../../system/terminal/format-time.ts';

/** The columns of `interlock host list`. */
export const hostList: List<HostSummary> = {
  none: 'no hosts yet: a host appears after its first check-in',
  columns: [
    { name: 'host', kind: 'id', value: ({ id }) => id },
    { name: 'name', value: ({ hostname }) => hostname },
    { name: 'image', value: ({ name }) => name, isSpare: true },
    { name: 'version', kind: 'version', value: ({ version }) => version },
    { name: 'arch', value: ({ arch }) => arch, isWide: true },
    { name: 'channel', value: ({ channel }) => channel, isSpare: true },
    { name: 'group', value: ({ group }) => group, isSpare: true },
    { name: 'agent', value: ({ at }) => at, isWide: true },
    { name: 'state', value: ({ state, at }) => state ?? at },
    { name: 'last-seen', kind: 'time', value: ({ lastSeen }) => lastSeen, isSpare: true },
    { name: 'held', value: ({ held }) => held, isWide: true },
    { name: 'pinned', kind: 'version', value: ({ pinned }) => pinned, isWide: true },
    { name: 'approved', value: ({ approved }) => approved, isWide: true },
    { name: 'cloned', value: ({ cloned }) => cloned, isWide: true },
    { name: 'offered', kind: 'version', value: ({ offered }) => offered, isWide: true },
    { name: 'labels', value: ({ labels }) => formatLabels(labels), isWide: true },
    { name: 'decision', kind: 'text', value: ({ decision }) => decision, show: decisionOf },
  ],
};

/** The server's last decision, or the outcome of the last grant where that says more. */
function decisionOf({ decision, standing, state, trouble }: HostSummary): string {
  const isCounted = state === 'silent' || state === 'failed';
  if (!standing || !isCounted || !['silent', 'failed', 'fell_back'].includes(standing.is))
    return trouble ? `${decision ?? ''} (${trouble.code})` : (decision ?? '');
  return `${standing.is} since ${formatTime(standing.since)}`;
}
