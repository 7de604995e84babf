import type { LocksAnswer } from '../../../protocol/api/dashboard.ts';
import { useMayAct } from '../../api/session.ts';
import { Command } from '../../components/copy.tsx';
import { Section } from '../../components/page.tsx';
import { State } from '../../components/signal.tsx';
import { type Column, Table } from '../../components/table.tsx';
import { When } from '../../components/when.tsx';
import { count, short } from '../../format/size.ts';
import { hostPath } from '../../router/routes.ts';
import { ForceRelease } from './force-release.tsx';

type Group = LocksAnswer['groups'][number];
type Holder = Group['holders'][number];
type Release = Group['releases'][number];

/** Places that are drawn; the figures beside them count the others too. */
const mostDrawn = 32;

/** The lock of one group: its places, who holds them, and how releases fared in the group. */
export function GroupLock({ of: lock, released }: { of: Group; released(): void }) {
  const { group, holders, slots, releases, taken, problem } = lock;
  const mayAct = useMayAct();
  if (problem !== null) return <Unreadable group={group} problem={problem} />;
  const actions: readonly Column<Holder>[] = [
    {
      name: 'Action',
      number: true,
      cell: (holder) => <ForceRelease of={holder} group={group} released={released} />,
    },
  ];
  return (
    <Section title={group} note={`${count(taken)} of ${count(slots)} places taken`}>
      <Places group={group} taken={taken} slots={slots} />
      {taken > holders.length && (
        <p>
          {count(holders.length)} of {count(taken)} holders are listed here.
        </p>
      )}
      {holders.length > 0 && (
        <Table
          caption={`Holders in group ${group}`}
          columns={mayAct ? [...holderColumns, ...actions] : holderColumns}
          rows={holders}
          keyOf={({ host }) => host}
        />
      )}
      {releases.length > 0 && (
        <Table
          caption={`Releases in group ${group}`}
          shown
          columns={releaseColumns}
          rows={releases}
          keyOf={({ rootHash }) => rootHash}
        />
      )}
    </Section>
  );
}

function Places({ group, taken, slots }: { group: string; taken: number; slots: number }) {
  return (
    <ul class="places" aria-label={`${count(taken)} of ${count(slots)} places of group ${group} taken`}>
      {Array.from({ length: Math.min(slots, mostDrawn) }, (_, index) => (
        <li key={index} class={index < taken ? 'taken' : undefined}>
          {index < taken ? 'taken' : 'free'}
        </li>
      ))}
    </ul>
  );
}

/** A value that cannot be read stops its own group only. */
function Unreadable({ group, problem }: { group: string; problem: string }) {
  return (
    <Section title={group} note="cannot be read">
      <p class="warning">{problem}. No host of the group reboots until the value can be read.</p>
      <p>Show the earlier value, and how to restore it:</p>
      <Command text={`interlock lock reset --group ${group} --etcd https://e1:2379`} />
    </Section>
  );
}

const holderColumns: readonly Column<Holder>[] = [
  {
    name: 'Host',
    cell: ({ host, hostname }) =>
      hostname === null ? <code>{host}</code> : <a href={hostPath(host)}>{hostname || short(host)}</a>,
  },
  { name: 'Root hash', wide: true, cell: ({ release }) => <code>{short(release, 16)}</code> },
  { name: 'Since', number: true, cell: ({ since }) => <When time={since} /> },
];

const releaseColumns: readonly Column<Release>[] = [
  { name: 'Root hash', cell: ({ rootHash }) => <code>{short(rootHash, 16)}</code> },
  {
    name: 'State',
    cell: ({ stopped }) => (
      <State tone={stopped ? 'stop' : 'go'}>{stopped ? 'Stopped by failures' : 'Allowed'}</State>
    ),
  },
  { name: 'Confirmed', number: true, cell: ({ ok }) => count(ok) },
  { name: 'Failed', number: true, cell: ({ failed }) => count(failed.length) },
  {
    name: 'Failures',
    wide: true,
    cell: ({ failed }) => failed.map(({ host, reason }) => `${short(host, 8)} ${reason}`).join('; ') || '–',
  },
];
