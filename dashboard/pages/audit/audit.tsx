import type { AuditAnswer, AuditLine } from '../../../protocol/api/operator.ts';
import { type Query, useQuery } from '../../api/use-query.ts';
import { AuditChange, AuditSentence } from '../../components/audit-sentence.tsx';
import { Loaded } from '../../components/loaded.tsx';
import { Empty } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { type Column, Table } from '../../components/table.tsx';
import { Exact } from '../../components/when.tsx';
import { count } from '../../format/size.ts';
import { zoneName } from '../../format/time.ts';
import { type PageProps, pathTo } from '../../router/routes.ts';
import { AuditFilter, type AuditFilters, auditFilters, toQuery } from './filter.tsx';

const pageSize = '50';

const columns: readonly Column<AuditLine>[] = [
  {
    name: 'What',
    cell: (line) => (
      <>
        <AuditSentence of={line} />
        <small class="narrow">
          <AuditChange of={line} />
        </small>
      </>
    ),
  },
  { name: 'Reason and change', wide: true, cell: (line) => <AuditChange of={line} /> },
  { name: `When (${zoneName()})`, number: true, cell: ({ at }) => <Exact time={at} /> },
];

/** The audit log, newest first, in plain words: who changed what, why, and how it was before. */
export function AuditPage({ query }: PageProps) {
  const before = query.get('before') ?? undefined;
  const filter: AuditFilters = Object.fromEntries(
    auditFilters.map((name) => [name, query.get(name) ?? undefined]),
  );
  const audit = useQuery<AuditAnswer>(
    pathTo('/v1/audit', { ...toQuery(filter), before, limit: pageSize }),
    before ? [] : ['rollout', 'host', 'hosts', 'channel', 'policy', 'token', 'session', 'lock', 'other'],
  );
  return (
    <Page title="Audit">
      <AuditFilter of={filter} />
      <Entries of={audit} filter={filter} before={before} />
    </Page>
  );
}

function Entries(props: { of: Query<AuditAnswer>; filter: AuditFilters; before: string | undefined }) {
  const { of: audit, filter, before } = props;
  return (
    <Loaded of={audit}>
      {({ lines, next, hidden = 0 }) => (
        <>
          {lines.length === 0 ? (
            <Nothing filter={filter} hidden={hidden} />
          ) : (
            <Table caption="Audit log" columns={columns} rows={lines} keyOf={({ seq }) => String(seq)} />
          )}
          {hidden > 0 && lines.length > 0 && (
            <p class="quiet small">
              {count(hidden)} enrollments and log-ins are left out.{' '}
              <a href={pathTo('/audit', { ...filter, routine: 'show' })}>Show them</a>
            </p>
          )}
          <nav class="paging" aria-label="Pages of the audit log">
            {before ? <a href={pathTo('/audit', filter)}>Newest</a> : <span />}
            {next !== null && <a href={pathTo('/audit', { ...filter, before: String(next) })}>Older</a>}
          </nav>
        </>
      )}
    </Loaded>
  );
}

function Nothing({ filter, hidden }: { filter: AuditFilters; hidden: number }) {
  const isFiltered = Object.values(filter).some(Boolean);
  return (
    <Empty title={isFiltered ? 'No entry fits these filters.' : 'Nobody has changed anything yet.'}>
      <p>
        {isFiltered && <a href="/audit">Clear the filters</a>}
        {isFiltered && hidden > 0 && ' or '}
        {hidden > 0 && (
          <a href={pathTo('/audit', { ...filter, routine: 'show' })}>
            show {count(hidden)} enrollments and log-ins
          </a>
        )}
      </p>
    </Empty>
  );
}
