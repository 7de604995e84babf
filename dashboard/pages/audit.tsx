import type { AuditLine } from '../../protocol/api/operator.ts';
import { useQuery } from '../api/use-query.ts';
import { Loaded } from '../components/loaded.tsx';
import { Page } from '../components/page.tsx';
import { Brief, Subject } from '../components/subject.tsx';
import { type Column, Table } from '../components/table.tsx';
import { When } from '../components/when.tsx';
import { type PageProps, pathTo } from '../router/routes.ts';

interface AuditAnswer {
  lines: AuditLine[];
  next: number | null;
}

const columns: readonly Column<AuditLine>[] = [
  {
    name: 'Action',
    cell: ({ action, subject, who }) => (
      <>
        {action} <Subject of={subject} />
        <small class="narrow">
          <Brief text={who} />
        </small>
      </>
    ),
  },
  { name: 'Who', wide: true, cell: ({ who }) => <Brief text={who} /> },
  { name: 'Change', cell: (line) => <Change of={line} /> },
  { name: 'When', number: true, cell: ({ at }) => <When time={at} /> },
];

/** The audit log, newest first: who changed what, with the state before and after. */
export function AuditPage({ query }: PageProps) {
  const before = query.get('before') ?? undefined;
  const audit = useQuery<AuditAnswer>(
    pathTo('/v1/audit', { before, limit: '50' }),
    before ? [] : ['rollout', 'host', 'hosts', 'channel', 'policy', 'token', 'session', 'lock', 'other'],
  );
  return (
    <Page title="Audit">
      <Loaded of={audit}>
        {({ lines, next }) => (
          <>
            {lines.length === 0 && <p class="quiet">No entries yet.</p>}
            {lines.length > 0 && (
              <Table caption="Audit log" columns={columns} rows={lines} keyOf={({ seq }) => String(seq)} />
            )}
            <nav class="paging" aria-label="Pages of the audit log">
              {before ? <a href="/audit">Newest</a> : <span />}
              {next !== null && <a href={pathTo('/audit', { before: String(next) })}>Older</a>}
            </nav>
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Change({ of: { detail, before, after } }: { of: AuditLine }) {
  const fields = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  const changed = fields.filter((field) => format(before?.[field]) !== format(after?.[field]));
  return (
    <>
      {detail && (
        <span class="break">
          <Brief text={detail} />
        </span>
      )}
      {changed.map((field) => (
        <small key={field} class="break">
          {field}: {before && field in before ? `${format(before[field])} → ` : ''}
          {after ? format(after[field]) : 'deleted'}
        </small>
      ))}
    </>
  );
}

function format(value: unknown): string {
  if (value === null || value === undefined || value === '') return 'none';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
