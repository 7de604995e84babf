import type { Command } from 'commander';
import type { AuditLine } from '../protocol/api/operator.ts';
import { answer, verb } from '../system/command/command.ts';
import { formatTable } from '../system/terminal/table.ts';
import { addServerOptions, type ClientOptions, createClient } from './client/client.ts';
import { wholeNumber } from './flags/whole-number.ts';
import { formatTime, shownDigits } from './format/format-values.ts';

const usualLines = 20;
const id = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;

/** Adds `interlock audit`: who changed what. */
export function addAudit(program: Command): void {
  addServerOptions(
    verb(
      program,
      'audit',
      'Show who changed what, newest first; --json adds the state before and after',
      'interlock audit --lines 50',
    ),
  )
    .option('--lines <n>', 'number of entries, up to 200', String(usualLines))
    .action(
      answer(async ({ lines, ...server }: ClientOptions & { lines: string }) => {
        const limit = wholeNumber('--lines', lines);
        const data = await createClient(server).get<{ lines: AuditLine[] }>(`v1/audit?limit=${limit}`);
        return { text: data.lines.length > 0 ? table(data.lines) : 'no changes yet', data };
      }),
    );
}

/** Leaves out token ids, which `--json` has. */
function table(lines: readonly AuditLine[]): string {
  const brief = (text: string) => text.replaceAll(id, (whole) => whole.slice(0, shownDigits));
  const rows = lines.map(({ at, who, action, subject, detail }) => [
    formatTime(at),
    who.replace(/ \(.*\)$/, ''),
    action,
    brief(subject),
    brief(detail),
  ]);
  return formatTable(['TIME', 'WHO', 'ACTION', 'SUBJECT', 'DETAIL'], rows);
}
