import type { PreviewAnswer, RolloutDetail, RolloutSummary } from '../protocol/rollout.ts';
import { line } from '../protocol/visible.ts';
import { bar } from '../system/terminal.ts';
import { formatFacts, formatTable } from '../system/terminal-table.ts';
import { shownDigits } from './find-id.ts';
import { formatTime } from './format-time.ts';

const barWidth = 20;

/** Rollouts for people, one a line. */
export function listRollouts(rollouts: readonly RolloutSummary[]): string {
  if (rollouts.length === 0) return 'no rollouts: interlock publish starts one';
  const rows = rollouts.map((rollout) => [
    rollout.id.slice(0, shownDigits),
    `${rollout.name} ${rollout.version}`,
    rollout.channel,
    rollout.state,
    `${rollout.percent.toFixed(0)} %`,
    String(rollout.inFlight),
    String(rollout.confirmed),
    String(rollout.failed),
  ]);
  return formatTable(['ROLLOUT', 'RELEASE', 'CHANNEL', 'STATE', 'RAMP', 'UNDER WAY', 'GOOD', 'FAILED'], rows);
}

/** One rollout for people: how far it is, and what its hosts wait for. */
export function describeRollout(data: RolloutDetail): string {
  const done = data.active > 0 ? Math.min(data.confirmed / data.active, 1) : 0;
  const facts = formatFacts([
    ['rollout', data.id],
    ['release', `${data.name} ${data.version} ${data.arch}`],
    ['channel', `${data.channel}, policy ${data.policy}`],
    ['state', stateOf(data)],
    ['begins', formatTime(data.starts)],
    ...(data.canary ? [['canary', data.canary] as const] : []),
    ['ramp', `${bar(data.percent / 100, barWidth)} ${data.percent.toFixed(1)} % may start`],
    ['hosts', `${bar(done, barWidth)} ${data.confirmed} good, ${data.failed} failed, ${data.active} active`],
    ['under way', `${data.inFlight} of at most ${data.inFlightLimit}`],
  ]);
  const rows = data.waiting.map(({ reason, hosts }) => [String(hosts), reason]);
  return rows.length > 0 ? `${facts}\n\n${formatTable(['HOSTS', 'WERE ANSWERED'], rows)}` : facts;
}

/** Its state, and who or what brought it there. */
export function stateOf({ state, reason }: RolloutSummary): string {
  return reason ? `${state}: ${reason}` : state;
}

/** A rollout that has not begun, for people: which hosts would start when. */
export function describePreview({ version, policy, hosts, steps }: PreviewAnswer): string {
  if (hosts === 0) return line`${version} by policy ${policy}: no host of the channel would start`;
  const rows = steps.map(({ at, group, hosts: count, some }) => [
    at ? formatTime(at) : 'not by this ramp',
    group ?? '',
    String(count),
    some
      .slice(0, 3)
      .map(({ hostname }) => hostname)
      .join(' '),
  ]);
  const table = formatTable(['FROM', 'GROUP', 'HOSTS', 'AMONG THEM'], rows);
  return [line`${version} by policy ${policy}: ${hosts} hosts`, table].join('\n');
}
