import type { HostSummary } from '../../../protocol/api/operator.ts';
import { useQuery } from '../../api/use-query.ts';
import { Loaded } from '../../components/loaded.tsx';
import { Empty } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { Table } from '../../components/table.tsx';
import { countOf } from '../../format/size.ts';
import { type PageProps, pathTo } from '../../router/routes.ts';
import { hostColumns } from './columns.tsx';
import { type Filter, filterNames } from './filter.ts';
import { Search } from './search.tsx';

interface HostsAnswer {
  hosts: HostSummary[];
  next: string | null;
}

const pageSize = '50';

/** A list of hosts; the filter is in the address, so that the link can be shared. */
export function HostsPage({ query }: PageProps) {
  const filter: Filter = Object.fromEntries(filterNames.map((name) => [name, query.get(name) ?? undefined]));
  const after = query.get('after') ?? undefined;
  const hosts = useQuery<HostsAnswer>(pathTo('/v1/hosts', { ...filter, after, limit: pageSize }), [
    'hosts',
    'host',
  ]);
  const next = hosts.data?.next;
  return (
    <Page title="Hosts" actions={<Downloads filter={filter} />}>
      <Search filter={filter} />
      <Loaded of={hosts}>
        {({ hosts: found }) =>
          found.length === 0 ? (
            <Empty title="No hosts match.">
              <p>
                <a href="/hosts">Show all hosts</a>
              </p>
            </Empty>
          ) : (
            <div class={hosts.loading ? 'stale' : undefined}>
              <Table
                caption={`${countOf(found.length, 'host')} on this page`}
                columns={hostColumns}
                rows={found}
                keyOf={({ id }) => id}
              />
            </div>
          )
        }
      </Loaded>
      <nav class="paging" aria-label="Pages of hosts">
        {after ? <a href={pathTo('/hosts', filter)}>First page</a> : <span />}
        {next && <a href={pathTo('/hosts', { ...filter, after: next })}>Next {pageSize}</a>}
      </nav>
    </Page>
  );
}

function Downloads({ filter }: { filter: Filter }) {
  return (
    <>
      <a class="button" href={pathTo('/v1/hosts', { ...filter, format: 'csv' })} download="hosts.csv">
        CSV
      </a>
      <a class="button" href={pathTo('/v1/hosts', { ...filter, format: 'json' })} download="hosts.json">
        JSON
      </a>
    </>
  );
}
