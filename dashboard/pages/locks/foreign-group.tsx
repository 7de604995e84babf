import type { LocksAnswer } from '../../../protocol/api/dashboard.ts';
import { Section } from '../../components/page.tsx';
import { type Column, Table } from '../../components/table.tsx';
import { Exact } from '../../components/when.tsx';
import { count } from '../../format/size.ts';
import { zoneName } from '../../format/time.ts';

type Foreign = NonNullable<LocksAnswer['foreign']>[number];

const columns: readonly Column<Foreign['holders'][number]>[] = [
  { name: 'Host', cell: ({ id }) => <code class="break">{id}</code> },
  { name: `Since (${zoneName()})`, number: true, cell: ({ since }) => <Exact time={since} /> },
];

/** A group of hosts that speak FleetLock, and what its places promise less than ours. */
export function ForeignGroup({ of: { group, problem, slots, holders } }: { of: Foreign }) {
  return (
    <Section
      title={`FleetLock ${group}`}
      note={problem === null ? `${count(holders.length)} of ${count(slots)} places taken` : 'cannot be read'}
    >
      {problem !== null && <p class="warning">{problem}.</p>}
      <p class="note">
        A weaker promise than above: these hosts do not prove that they rebooted or are healthy, and a request
        that the network delivers late can free a place too early.
      </p>
      {holders.length > 0 && (
        <Table
          caption={`Holders in FleetLock group ${group}`}
          columns={columns}
          rows={holders}
          keyOf={({ id }) => id}
        />
      )}
    </Section>
  );
}
