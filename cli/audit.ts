import type { Command } from 'commander';
import type { AuditLine } from '../protocol/api/operator.ts';
import { answerList } from '../system/command/answer-list.ts';
import { verb } from '../system/command/command.ts';
import type { List } from '../system/list/list.ts';
import { addServerOptions, type ClientOptions, createClient } from './client/client.ts';
import { wholeNumber } from './flags/whole-number.ts';
import { shownDigits } from './format/format-values.ts';

const usualLines = 20;
const id = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;
const brief = (text: string) => text.replaceAll(id, (whole) => whole.slice(0, shownDigits));

/** Leaves out token ids, which CSV and JSON have. */
const auditList: List<AuditLine> = {
  none: 'no changes yet',
  columns: [
    { name: 'seq', kind: 'count', value: ({ seq }) => seq, isWide: true },
    { name: 'time', kind: 'time', value: ({ at }) => at },
    { name: 'who', value: ({ who }) => who, show: ({ who }) => who.replace(/ \(.*\)$/, '') },
    { name: 'action', value: ({ action }) => action },
    { name: 'subject', value: ({ subject }) => subject, show: ({ subject }) => brief(subject) },
    { name: 'detail', kind: 'text', value: ({ detail }) => detail, show: ({ detail }) => brief(detail) },
  ],
};

/** Adds `interlock audit`: who changed what. */
export function addAudit(program: Command): void {
  const audit = addServerOptions(
    verb(
      program,
      'audit',
      'Show who changed what, newest first; --json adds the state before and after',
      'interlock audit --lines 50',
    ),
  ).option('--lines <n>', 'number of entries, up to 200', String(usualLines));
  answerList(audit, auditList, async ({ lines, ...server }: ClientOptions & { lines: string }) => {
    const limit = wholeNumber('--lines', lines);
    const data = await createClient(server).get<{ lines: AuditLine[] }>(`v1/audit?limit=${limit}`);
    return { rows: data.lines, data: (sorted) => ({ ...data, lines: sorted }) };
  });
}
