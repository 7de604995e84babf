import type { HostDetail, HostSummary } from '../../protocol/api/operator.ts';
import { formatLabels } from '../../protocol/schema/labels.ts';
import { formatFacts, formatTable } from '../../system/terminal/table.ts';
import { formatTime, shownDigits } from './format-values.ts';

/** A table of hosts, with each one's state and the server's last decision. */
export function listHosts(hosts: readonly HostSummary[], isFiltered: boolean): string {
  if (hosts.length === 0) {
    return isFiltered ? 'no host matches' : 'no hosts yet: a host appears after its first check-in';
  }
  const isLabelled = hosts.some(({ labels }) => formatLabels(labels));
  const rows = hosts.map((host) => [
    host.id.slice(0, shownDigits),
    host.hostname,
    `${host.name} ${host.version ?? '?'}`,
    host.channel ?? '',
    host.group ?? '',
    host.at ?? '',
    decisionOf(host),
    host.lastSeen ? formatTime(host.lastSeen) : 'never',
    ...(isLabelled ? [formatLabels(host.labels)] : []),
  ]);
  return formatTable(
    [
      'HOST',
      'NAME',
      'VERSION',
      'CHANNEL',
      'GROUP',
      'STATE',
      'DECISION',
      'LAST SEEN',
      ...(isLabelled ? ['LABELS'] : []),
    ],
    rows,
  );
}

/** The server's last decision, or the outcome of the last grant where that says more. */
function decisionOf({ decision, standing, state, trouble }: HostSummary): string {
  const isCounted = state === 'silent' || state === 'failed';
  if (!standing || !isCounted || !['silent', 'failed', 'fell_back'].includes(standing.is))
    return trouble ? `${decision ?? ''} (${trouble.code})` : (decision ?? '');
  return `${standing.is} since ${formatTime(standing.since)}`;
}

/** One host: facts, the reason for its state, and its reports. */
export function describeHost(host: HostDetail): string {
  const facts = formatFacts([
    ['host', host.id],
    ['name', host.hostname],
    ['machine id', host.machineId],
    ['version', `${host.name} ${host.version ?? '?'} ${host.arch}`],
    ['channel', `${host.channel ?? '?'}, group ${host.group ?? '?'}`],
    ...(formatLabels(host.labels) ? [['labels', formatLabels(host.labels)] as const] : []),
    ['agent state', host.at ?? '?'],
    ['last seen', host.lastSeen ? formatTime(host.lastSeen) : 'never'],
    ['held', host.held ? 'yes' : 'no'],
    ...(host.pinned ? [['pinned to', host.pinned] as const] : []),
    ...(host.approved ? [] : [['approved', 'no'] as const]),
    ['failed versions', host.failed.join(', ') || 'none'],
    ...(host.cancelled.length > 0 ? [['cancelled versions', host.cancelled.join(', ')] as const] : []),
    ...(host.trouble ? [['problem', describeTrouble(host.trouble)] as const] : []),
    ...lastFailure(host),
    ['reason', host.why],
  ]);
  const rows = host.reports.map(({ at, kind, from, version, detail }) => [
    formatTime(at),
    kind,
    from === version ? version : `${from} → ${version}`,
    detail,
  ]);
  if (rows.length === 0) return facts;
  return `${facts}\n\n${formatTable(['TIME', 'REPORT', 'VERSION', 'DETAIL'], rows)}`;
}

function describeTrouble({ code, text, since }: NonNullable<HostDetail['trouble']>): string {
  return `${code} since ${formatTime(since)}: ${text}`;
}

/** The last failure with its output, unless a later update succeeded. */
function lastFailure({ reports }: HostDetail): [string, string][] {
  const last = reports.find(({ kind }) => ['confirmed', 'fell_back', 'failed'].includes(kind));
  if (!last || last.kind === 'confirmed') return [];
  return [['last failure', `${last.version} at ${formatTime(last.at)}: ${last.detail}`]];
}
