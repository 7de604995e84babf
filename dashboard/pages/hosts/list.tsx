import { useState } from 'preact/hooks';
import type { SortedHostsAnswer } from '../../../protocol/api/hosts.ts';
import type { HostSummary } from '../../../protocol/api/operator.ts';
import { request } from '../../api/request.ts';
import { type Column, Table } from '../../components/table.tsx';
import { count, countOf } from '../../format/size.ts';
import { pathTo } from '../../router/routes.ts';
import { hostColumns } from './columns.tsx';
import type { Filter, Order } from './filter.ts';
import type { Selection } from './selection.ts';

/** Hosts that can be chosen at once: an answer has 500, and a few of them are quick. */
const mostChosen = 5000;

interface HostTableProps {
  filter: Filter;
  order: Order;
  hosts: readonly HostSummary[];
  matching: number;
  /** Null for those who may only look. */
  selection: Selection | null;
}

/** A page of hosts, which can be sorted, and chosen one by one, in a row with Shift, or all that match. */
export function HostTable({ filter, order, hosts, matching, selection }: HostTableProps) {
  const columns = hostColumns(filter, order);
  const isWhole = selection !== null && hosts.every(({ id }) => selection.hosts.has(id));
  return (
    <>
      {isWhole && matching > hosts.length && (
        <ChooseAll filter={filter} matching={matching} selection={selection} />
      )}
      <Table
        caption={`${countOf(hosts.length, 'host')} on this page`}
        columns={selection ? [chooser(hosts, selection, isWhole), ...columns] : columns}
        rows={hosts}
        keyOf={({ id }) => id}
        {...(selection && { isChosen: ({ id }) => selection.hosts.has(id) })}
      />
    </>
  );
}

function chooser(hosts: readonly HostSummary[], selection: Selection, isWhole: boolean): Column<HostSummary> {
  return {
    name: 'Choose',
    control: true,
    head: (
      <input
        type="checkbox"
        aria-label="Choose all hosts on this page"
        checked={isWhole}
        onChange={(event) => selection.set(hosts, event.currentTarget.checked)}
      />
    ),
    cell: (host) => (
      <input
        type="checkbox"
        aria-label={`Choose ${host.hostname || host.id}`}
        checked={selection.hosts.has(host.id)}
        onClick={(event) => selection.toggle(host, hosts, event.shiftKey)}
      />
    ),
  };
}

function ChooseAll({
  filter,
  matching,
  selection,
}: Pick<HostTableProps, 'filter' | 'matching'> & { selection: Selection }) {
  const [problem, setProblem] = useState('');
  if (selection.hosts.size >= matching) return null;
  if (matching > mostChosen)
    return <p class="quiet">Narrow the list to {count(mostChosen)} hosts to choose all that match.</p>;
  const chooseAll = async () => {
    setProblem('');
    try {
      for (let after: string | null | undefined; after !== null; ) {
        const page: SortedHostsAnswer = await request(
          'GET',
          pathTo('/v1/hosts', { ...filter, sort: 'name', after, limit: '500' }),
        );
        selection.set(page.hosts, true);
        after = page.next;
      }
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  return (
    <p class="choose-all">
      All on this page are chosen.{' '}
      <button type="button" class="plain" onClick={() => void chooseAll()}>
        Choose all {count(matching)} that match
      </button>
      {problem && <span class="problem">{problem}</span>}
    </p>
  );
}
