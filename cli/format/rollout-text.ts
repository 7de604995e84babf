import type { PreviewAnswer, RolloutDetail, RolloutSummary } from '../../protocol/api/rollout.ts';
import { line } from '../../protocol/text/visible.ts';
import { formatTime } from '../../system/terminal/format-time.ts';
import { bar } from '../../system/terminal/progress.ts';
import { formatFacts, formatTable, text } from '../../system/terminal/table.ts';
import { describeStart } from '../flags/start-time.ts';
import { shownDigits } from './format-values.ts';
import { describeNamed } from './named-hosts.ts';

const barWidth = 20;

/** One rollout: its progress, and what its hosts wait for. */
export function describeRollout(data: RolloutDetail): string {
  const done = data.active > 0 ? Math.min(data.confirmed / data.active, 1) : 0;
  const facts = formatFacts([
    ['rollout', data.id],
    ['release', `${data.name} ${data.version} ${data.arch}`],
    ['channel', `${data.channel}, policy ${data.policy}`],
    ['state', stateOf(data)],
    ['starts', startOf(data)],
    ...(data.canary ? [['canary', data.canary] as const] : []),
    ['ramp', `${bar(data.percent / 100, barWidth)} ${data.percent.toFixed(1)} % can start`],
    ['hosts', `${bar(done, barWidth)} ${data.confirmed} good, ${data.failed} failed, ${data.active} active`],
    ['under way', `${data.inFlight} of at most ${data.inFlightLimit}`],
    ...(data.tally
      ? [
          [
            'counts',
            `${data.tally.on} run ${data.version}, ${data.tally.coming} to come${describeRest(data)}`,
          ] as const,
        ]
      : []),
  ]);
  const rows = waitingIn(data).map(({ reason, hosts }) => [String(hosts), reason]);
  const waiting = rows.length > 0 ? [formatTable(['HOSTS', text('WAIT FOR')], rows)] : [];
  return [facts, ...describeNamed(data), ...waiting, ...nextSteps(data)].join('\n\n');
}

/** What hosts wait for: who is on the release, or under way to it, does not wait. */
export function waitingIn({ waiting }: Pick<RolloutDetail, 'waiting'>): RolloutDetail['waiting'] {
  return waiting.filter(({ reason }) => reason !== 'up_to_date' && reason !== 'offered');
}

/** What can be typed next about a rollout that does not run. */
function nextSteps(rollout: RolloutDetail): string[] {
  const { id, name, channel, state } = rollout;
  const short = id.slice(0, shownDigits);
  const commands = {
    halted: [`interlock rollout resume ${short} --reason TEXT`, rollbackCommand(rollout)],
    paused: [`interlock rollout resume ${short} --reason TEXT`],
    aborted: [`interlock rollout start ${name} --channel ${channel}`, rollbackCommand(rollout)],
    scheduled: [
      `interlock rollout preview ${name} --channel ${channel}`,
      `interlock rollout abort ${short} --reason TEXT`,
    ],
  }[state as string];
  return commands ? [['next', ...commands.map((command) => `  ${command}`)].join('\n')] : [];
}

/** The command that sends the rollout's hosts back to the version that was good before. */
export function rollbackCommand({
  name,
  channel,
  goBack,
}: Pick<RolloutDetail, 'name' | 'channel' | 'goBack'>): string {
  return `interlock rollback ${name} --channel ${channel} --to ${goBack ?? 'VERSION'} --keys keys --reason TEXT`;
}

function startOf({ starts, state }: RolloutSummary): string {
  return state === 'scheduled' ? describeStart(starts).replace('starts ', '') : formatTime(starts);
}

function describeRest({ over, tally }: RolloutDetail): string {
  const unable = tally.unable.reduce((sum, { hosts }) => sum + hosts, 0);
  return `${unable > 0 ? `, ${unable} cannot come` : ''}${over ? '; finished' : ''}`;
}

/** The hosts that cannot update, by name where the server names them. */
export function describeUnable({ tally, named }: Pick<RolloutDetail, 'tally' | 'named'>): string {
  const all = tally.unable.reduce((sum, { hosts }) => sum + hosts, 0);
  if (all === 0) return '';
  const names = named.unable
    .slice(0, 10)
    .map(({ id, hostname, what }) => `${hostname || id.slice(0, 8)} (${what})`);
  const more = all - names.length;
  return `${all} cannot come: ${[...names, ...(more > 0 ? [`${more} more`] : [])].join(', ')}`;
}

/** The end of a rollout, in one line. */
export function describeEnd(rollout: RolloutDetail): string {
  const { name, version, channel, failed, tally } = rollout;
  const hosts = tally.on === 1 ? '1 host runs it' : `${tally.on} hosts run it`;
  const rest = [`${failed} failed`, describeUnable(rollout)].filter(Boolean).join('; ');
  return line`${name} ${version} is complete on ${channel}: ${hosts}, ${rest}`;
}

/** The state of a rollout, and the reason for it. */
export function stateOf({ state, reason }: RolloutSummary): string {
  return reason ? `${state}: ${reason}` : state;
}

/** The plan of a rollout that has not started: which hosts would start when. */
export function describePreview({
  version,
  policy,
  hosts,
  starts,
  steps,
  warnings = [],
  unable = [],
}: PreviewAnswer): string {
  const outside = unable.map(({ reason, hosts }) => line`${String(hosts)} ${reason}`);
  const warned = [
    ...(outside.length > 0 ? [`cannot come now: ${outside.join(', ')}`] : []),
    ...warnings.map((warning) => line`warning: ${warning}`),
  ];
  if (hosts === 0) {
    const none = line`${version} with policy ${policy}: no host of the channel would start`;
    return [none, ...warned].join('\n');
  }
  const rows = steps.map(({ at, group, hosts: count, some }) => [
    at ? formatTime(at) : 'never with this ramp',
    group ?? '',
    String(count),
    some
      .slice(0, 3)
      .map(({ hostname }) => hostname)
      .join(' '),
  ]);
  const table = formatTable(['FROM', 'GROUP', 'HOSTS', text('EXAMPLES')], rows);
  const when = starts ? `, ${describeStart(starts)}` : '';
  return [line`${version} with policy ${policy}: ${hosts} hosts${when}`, table, ...warned].join('\n');
}
