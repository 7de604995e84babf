import type { Command } from 'commander';
import type { AuditAnswer, AuditLine } from '../protocol/api/operator.ts';
import { auditActions, auditSentence, auditWords } from '../protocol/text/audit-words.ts';
import { answerList } from '../system/command/answer-list.ts';
import { verb } from '../system/command/command.ts';
import type { List } from '../system/list/list.ts';
import { inOwnZone } from '../system/terminal/format-time.ts';
import { addServerOptions, type ClientOptions, createClient } from './client/client.ts';
import { readPastTime } from './flags/past-time.ts';
import { wholeNumber } from './flags/whole-number.ts';

interface Flags extends ClientOptions {
  lines: string;
  since?: string;
  until?: string;
  by?: string;
  action?: string;
  host?: string;
  subject?: string;
  all?: boolean;
}

const usualLines = 20;

const auditList: List<AuditLine> = {
  none: 'no entry fits',
  columns: [
    { name: 'seq', kind: 'count', value: ({ seq }) => seq, isWide: true },
    { name: 'time', kind: 'time', value: ({ at }) => at },
    { name: 'who', value: ({ who }) => who, show: (line) => auditWords(line).who, isWide: true },
    { name: 'action', value: ({ action }) => action, isWide: true },
    { name: 'subject', value: ({ subject }) => subject, isWide: true },
    {
      name: 'what',
      kind: 'text',
      value: auditSentence,
      show: (line) => inOwnZone(auditSentence(line)),
    },
  ],
};

/** Adds `interlock audit`: who changed what. */
export function addAudit(program: Command): void {
  const audit = addServerOptions(
    verb(
      program,
      'audit',
      'Show who changed what, newest first; --json adds the state before and after',
      'interlock audit --since yesterday',
      'interlock audit --host web-1 --action pin',
    ),
  )
    .option(
      '--since <time>',
      'only from this time on: 2h (ago), yesterday, "yesterday 22:00", 2026-03-01, "2026-03-01 22:00"',
    )
    .option('--until <time>', 'only up to this time')
    .option('--by <person>', 'only by people whose name, role or token id contains this text')
    .option('--action <word>', `only this action: ${auditActions.join(', ')}`)
    .option('--host <host>', 'only about hosts whose name or id contains this text')
    .option('--subject <text>', 'only about this: a channel, an image, a rollout, a group of the lock')
    .option('--all', 'also enrollments, and people who log in and out')
    .option('--lines <n>', 'number of entries, up to 200', String(usualLines));
  answerList(audit, auditList, async (flags: Flags) => {
    const data = await createClient(flags).get<AuditAnswer>(`v1/audit?${queryOf(flags)}`);
    const hidden = data.hidden ?? 0;
    const notes = [
      ...(data.next === null ? [] : ['older entries: --lines N, or --until TIME']),
      ...(hidden > 0 ? [`${hidden} enrollments and log-ins are not shown: --all`] : []),
    ];
    return {
      rows: data.lines,
      data: (sorted) => ({ ...data, lines: sorted }),
      below: notes.join('\n'),
    };
  });
}

function queryOf({ lines, since, until, by, action, host, subject, all }: Flags): URLSearchParams {
  const about = host ?? subject;
  return new URLSearchParams({
    limit: String(wholeNumber('--lines', lines)),
    ...(since === undefined ? {} : { since: readPastTime(since, '--since') }),
    ...(until === undefined ? {} : { until: readPastTime(until, '--until') }),
    ...(by === undefined ? {} : { by }),
    ...(action === undefined ? {} : { action }),
    ...(about === undefined ? {} : { subject: about }),
    ...(all ? {} : { routine: 'hide' }),
  });
}
