import type { ChoicesAnswer, SortedHostsAnswer } from '../../../protocol/api/hosts.ts';
import { useMayAct } from '../../api/session.ts';
import { useQuery } from '../../api/use-query.ts';
import { Loaded } from '../../components/loaded.tsx';
import { Empty } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { count, countOf } from '../../format/size.ts';
import { type PageProps, pathTo } from '../../router/routes.ts';
import { NoHosts } from './empty.tsx';
import { type Filter, filterOf, orderOf, wordsOf } from './filter.ts';
import { HostTable } from './list.tsx';
import { SavedViews } from './saved.tsx';
import { Search } from './search.tsx';
import { useSelection } from './selection.ts';
import { SelectionBar } from './selection-bar.tsx';

const pageSize = '50';

/** A list of hosts; filter and order are in the address, so that the link can be shared. */
export function HostsPage({ query }: PageProps) {
  const [filter, order] = [filterOf(query), orderOf(query)];
  const after = query.get('after') ?? undefined;
  const here = { ...filter, ...wordsOf(order) };
  const path = pathTo('/v1/hosts', {
    ...filter,
    sort: order.sort,
    ...wordsOf(order),
    after,
    limit: pageSize,
  });
  const hosts = useQuery<SortedHostsAnswer>(path, ['hosts', 'host']);
  const choices = useQuery<ChoicesAnswer>('/v1/hosts/choices', ['hosts']);
  const selection = useSelection();
  const mayAct = useMayAct();
  const { data } = hosts;
  const isFiltered = Object.keys(filter).length > 0;
  if (data?.all === 0) {
    return (
      <Page title="Hosts">
        <NoHosts />
      </Page>
    );
  }
  return (
    <Page title="Hosts" over={data && totalOf(data)} actions={<Downloads filter={filter} />}>
      <Search filter={filter} order={order} choices={choices.data} />
      <SavedViews query={new URLSearchParams(here).toString()} isFiltered={isFiltered} />
      <Loaded of={hosts}>
        {({ hosts: found, matching }) =>
          found.length === 0 ? (
            <Empty title="No hosts match.">
              <p>
                <a href="/hosts">Show all hosts</a>
              </p>
            </Empty>
          ) : (
            <div class={hosts.loading ? 'stale' : undefined}>
              <HostTable
                {...{ filter, order, hosts: found, matching }}
                selection={mayAct ? selection : null}
              />
            </div>
          )
        }
      </Loaded>
      <nav class="paging" aria-label="Pages of hosts">
        {after ? <a href={pathTo('/hosts', here)}>First page</a> : <span />}
        {data?.next && <a href={pathTo('/hosts', { ...here, after: data.next })}>Next {pageSize}</a>}
      </nav>
      {mayAct && <SelectionBar selection={selection} choices={choices.data} applied={hosts.reload} />}
    </Page>
  );
}

function totalOf({ matching, all }: SortedHostsAnswer): string {
  return matching === all ? countOf(all, 'host') : `${count(matching)} of ${countOf(all, 'host')}`;
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
