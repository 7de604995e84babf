import type { NamedHost, PreviewAnswer, RolloutDetail, RolloutSummary } from '../protocol/api/rollout.ts';
import { line } from '../protocol/text/visible.ts';
import { bar } from '../system/terminal/progress.ts';
import { formatFacts, formatTable } from '../system/terminal/table.ts';
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
    ...(data.tally
      ? [
          [
            'standing',
            `${data.tally.on} run ${data.version}, ${data.tally.coming} to come${overWords(data)}`,
          ] as const,
        ]
      : []),
  ]);
  const rows = data.waiting.map(({ reason, hosts }) => [String(hosts), reason]);
  const waiting = rows.length > 0 ? [formatTable(['HOSTS', 'WERE ANSWERED'], rows)] : [];
  return [facts, ...describeNamed(data), ...waiting].join('\n\n');
}

/** Who is behind the figures, each kind a table; an older server names nobody. */
function describeNamed({ named }: RolloutDetail): string[] {
  const kinds = [
    ['failed', named?.failed],
    ['under way', named?.underWay],
    ['missing in the canary', named?.canary],
    ['cannot come', named?.unable],
  ] as const;
  return kinds
    .filter(([, hosts]) => hosts && hosts.length > 0)
    .map(
      ([title, hosts]) =>
        `${title}\n${formatTable(['HOST', 'NAME', 'WHAT', 'SINCE', 'DETAIL'], hosts!.map(rowOf))}`,
    );
}

function rowOf({ id, hostname, what, since, detail }: NamedHost): string[] {
  return [id.slice(0, shownDigits), hostname, what, since ? formatTime(since) : '', detail];
}

function overWords({ over, tally }: RolloutDetail): string {
  const unable = tally.unable.reduce((sum, { hosts }) => sum + hosts, 0);
  return `${unable > 0 ? `, ${unable} cannot come` : ''}${over ? '; over' : ''}`;
}

/** Who cannot come, by name as far as they are named. */
export function unableWords({ tally, named }: Pick<RolloutDetail, 'tally' | 'named'>): string {
  const all = tally.unable.reduce((sum, { hosts }) => sum + hosts, 0);
  if (all === 0) return '';
  const names = named.unable
    .slice(0, 10)
    .map(({ id, hostname, what }) => `${hostname || id.slice(0, 8)} (${what})`);
  const more = all - names.length;
  return `${all} cannot come: ${[...names, ...(more > 0 ? [`${more} more`] : [])].join(', ')}`;
}

/** How it ended, in one line. */
export function describeEnd(rollout: RolloutDetail): string {
  const { name, version, channel, failed, tally } = rollout;
  const hosts = tally.on === 1 ? '1 host runs it' : `${tally.on} hosts run it`;
  const rest = [`${failed} failed`, unableWords(rollout)].filter(Boolean).join('; ');
  return line`${name} ${version} is through on ${channel}: ${hosts}, ${rest}`;
}

/** Its state, and who or what brought it there. */
export function stateOf({ state, reason }: RolloutSummary): string {
  return reason ? `${state}: ${reason}` : state;
}

/** A rollout that has not begun, for people: which hosts would start when. */
export function describePreview({ version, policy, hosts, steps, warnings = [] }: PreviewAnswer): string {
  const warned = warnings.map((warning) => line`warning: ${warning}`);
  if (hosts === 0) {
    const none = line`${version} by policy ${policy}: no host of the channel would start`;
    return [none, ...warned].join('\n');
  }
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
  return [line`${version} by policy ${policy}: ${hosts} hosts`, table, ...warned].join('\n');
}
