import type { CompareAnswer } from '../../protocol/api/dashboard.ts';
import { useQuery } from '../api/use-query.ts';
import { Loaded } from '../components/loaded.tsx';
import { Page, Section } from '../components/page.tsx';
import { type Column, Table } from '../components/table.tsx';
import { count, countOf } from '../format/size.ts';
import { type PageProps, pathTo, releasePath } from '../router/routes.ts';

interface Row {
  package: string;
  from: string;
  to: string;
}

const columns: readonly Column<Row>[] = [
  { name: 'Package', cell: (row) => row.package },
  { name: 'Before', cell: ({ from }) => <code class="break">{from || '–'}</code> },
  { name: 'After', cell: ({ to }) => <code class="break">{to || '–'}</code> },
];

/** What changed between two versions, package by package. */
export function ComparePage({ query }: PageProps) {
  const [name = '', arch = '', from = '', to = ''] = ['name', 'arch', 'from', 'to'].map(
    (key) => query.get(key) ?? '',
  );
  const compared = useQuery<CompareAnswer>(pathTo('/v1/releases/compare', { name, arch, from, to }));
  return (
    <Page
      title={`${name} ${from} → ${to}`}
      over={<a href={releasePath(name, to, arch)}>{`${name} ${to}`}</a>}
      actions={
        <a class="button" href={pathTo('/releases/compare', { name, arch, from: to, to: from })}>
          Swap versions
        </a>
      }
    >
      <Loaded of={compared}>{(data) => <Changes of={data} />}</Loaded>
    </Page>
  );
}

function Changes({ of: { changed, added, removed, same } }: { of: CompareAnswer }) {
  const parts: [string, Row[]][] = [
    ['Changed', changed],
    ['Added', added.map(({ package: name, version }) => ({ package: name, from: '', to: version }))],
    ['Removed', removed.map(({ package: name, version }) => ({ package: name, from: version, to: '' }))],
  ];
  return (
    <>
      <p class="lede">
        <b>{count(changed.length)}</b> changed, <b>{count(added.length)}</b> added,{' '}
        <b>{count(removed.length)}</b> removed; {countOf(same, 'package')} unchanged.
      </p>
      {parts.map(([title, rows]) =>
        rows.length > 0 ? (
          <Section key={title} title={title}>
            <Table
              even
              caption={`${title} packages`}
              columns={columns}
              rows={rows}
              keyOf={(row) => row.package}
            />
          </Section>
        ) : null,
      )}
    </>
  );
}
