import type { HostDetail, HostSummary } from '../protocol/api/operator.ts';
import { formatFacts, formatTable } from '../system/terminal/table.ts';
import { shownDigits } from './find-id.ts';
import { formatTime } from './format-time.ts';

/** Hosts for people: where each is and what it was answered last. */
export function listHosts(hosts: readonly HostSummary[], isFiltered: boolean): string {
  if (hosts.length === 0) {
    return isFiltered ? 'no such host' : 'no host yet: one appears when its agent calls for the first time';
  }
  const rows = hosts.map((host) => [
    host.id.slice(0, shownDigits),
    host.hostname,
    `${host.name} ${host.version ?? '?'}`,
    host.channel ?? '',
    host.group ?? '',
    host.at ?? '',
    answerOf(host),
    host.lastSeen ? formatTime(host.lastSeen) : 'never',
  ]);
  return formatTable(['HOST', 'NAME', 'RUNS', 'CHANNEL', 'GROUP', 'AT', 'ANSWER', 'SEEN'], rows);
}

/** What it was answered, unless what became of its last grant says more. */
function answerOf({ decision, standing, state, trouble }: HostSummary): string {
  const isCounted = state === 'silent' || state === 'failed';
  if (!standing || !isCounted || !['silent', 'failed', 'fell_back'].includes(standing.is))
    return trouble ? `${decision ?? ''} (${trouble.code})` : (decision ?? '');
  return `${standing.is} since ${formatTime(standing.since)}`;
}

/** One host for people: facts, why it is where it is, and what it reported. */
export function describeHost(host: HostDetail): string {
  const facts = formatFacts([
    ['host', host.id],
    ['name', host.hostname],
    ['machine', host.machineId],
    ['runs', `${host.name} ${host.version ?? '?'} ${host.arch}`],
    ['channel', `${host.channel ?? '?'}, group ${host.group ?? '?'}`],
    ['at', host.at ?? '?'],
    ['last seen', host.lastSeen ? formatTime(host.lastSeen) : 'never'],
    ['held', host.held ? 'yes' : 'no'],
    ...(host.pinned ? [['pinned to', host.pinned] as const] : []),
    ...(host.approved ? [] : [['approved', 'no'] as const]),
    ['failed here', host.failed.join(', ') || 'none'],
    ...(host.cancelled.length > 0 ? [['given up there', host.cancelled.join(', ')] as const] : []),
    ...(host.trouble ? [['trouble', describeTrouble(host.trouble)] as const] : []),
    ...lastFailure(host),
    ['why', host.why],
  ]);
  const rows = host.reports.map(({ at, kind, from, version, detail }) => [
    formatTime(at),
    kind,
    from === version ? version : `${from} → ${version}`,
    detail,
  ]);
  if (rows.length === 0) return facts;
  return `${facts}\n\n${formatTable(['REPORTED', 'WHAT', 'VERSION', 'DETAIL'], rows)}`;
}

function describeTrouble({ code, text, since }: NonNullable<HostDetail['trouble']>): string {
  return `${code} since ${formatTime(since)}: ${text}`;
}

/** In the check's or the agent's own words, unless a later update went well. */
function lastFailure({ reports }: HostDetail): [string, string][] {
  const last = reports.find(({ kind }) => ['confirmed', 'fell_back', 'failed'].includes(kind));
  if (!last || last.kind === 'confirmed') return [];
  return [['failed last', `${last.version} at ${formatTime(last.at)}: ${last.detail}`]];
}
