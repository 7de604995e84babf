import type { HostEvent } from '../../protocol/api/hosts.ts';
import type { HostDetail } from '../../protocol/api/operator.ts';
import { eventText } from '../../protocol/rules/event-texts.ts';
import { versionsOf } from '../../protocol/rules/report-versions.ts';
import { formatLabels } from '../../protocol/schema/format-labels.ts';
import { formatTime, inOwnZone } from '../../system/terminal/format-time.ts';
import { formatFacts, formatTable, text } from '../../system/terminal/table.ts';

/** One host: facts, the reason for its state, and its reports. */
export function describeHost(host: HostDetail): string {
  const facts = factsOf(host);
  const rows = host.reports.map((report) => [
    formatTime(report.at),
    report.kind,
    versionsOf(report),
    report.detail,
  ]);
  if (rows.length === 0) return facts;
  return `${facts}\n\n${formatTable(['TIME', 'REPORT', 'VERSION', text('DETAIL')], rows)}`;
}

/** The same with everything that happened to it in place of its reports. */
export function describeEvents(host: HostDetail, events: readonly HostEvent[]): string {
  const rows = events.map((event) => {
    const { what, detail } = eventText(event);
    return [formatTime(event.at), what, detail];
  });
  return `${factsOf(host)}\n\n${formatTable(['TIME', 'EVENT', text('DETAIL')], rows)}`;
}

function factsOf(host: HostDetail): string {
  return formatFacts([
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
    ['reason', inOwnZone(host.why)],
    ...(host.commands ?? []).map(
      ({ command, on }) => [on === 'host' ? 'on the host' : 'to type', command] as const,
    ),
  ]);
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
