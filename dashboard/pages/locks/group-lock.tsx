import type { LocksAnswer } from '../../../protocol/api/dashboard.ts';
import { useMayAct } from '../../api/session.ts';
import { Command } from '../../components/copy.tsx';
import { Section } from '../../components/page.tsx';
import { State } from '../../components/signal.tsx';
import { type Column, Table } from '../../components/table.tsx';
import { Exact, When } from '../../components/when.tsx';
import { count, countOf, short } from '../../format/size.ts';
import { zoneName } from '../../format/time.ts';
import { hostPath } from '../../router/routes.ts';
import { ClearFailed, SetSlots } from './change-lock.tsx';
import { ForceRelease } from './force-release.tsx';

type Group = LocksAnswer['groups'][number];
type Holder = Group['holders'][number];
type Release = Group['releases'][number];

/** Places that are drawn; the figures beside them count the others too. */
const mostDrawn = 32;

/** The lock of one group: its places, who holds them, who waits, and how releases fared in the group. */
export function GroupLock({ of: lock, changed }: { of: Group; changed(): void }) {
  const { group, holders, slots, releases, taken, problem, waiting = [] } = lock;
  const mayAct = useMayAct();
  if (problem !== null) return <Unreadable group={group} problem={problem} />;
  const holderActions: readonly Column<Holder>[] = [
    {
      name: 'Action',
      number: true,
      cell: (holder) => <ForceRelease of={holder} group={group} released={changed} />,
    },
  ];
  const releaseActions: readonly Column<Release>[] = [
    {
      name: 'Action',
      number: true,
      cell: (release) =>
        release.failed.length > 0 ? <ClearFailed group={group} of={release} changed={changed} /> : null,
    },
  ];
  return (
    <Section title={group} note={`${count(taken)} of ${count(slots)} places taken`}>
      <div class="places-line">
        <Places group={group} taken={taken} slots={slots} />
        {mayAct && <SetSlots of={lock} changed={changed} />}
      </div>
      {taken > holders.length && (
        <p>
          {count(holders.length)} of {count(taken)} holders are listed here.
        </p>
      )}
      {holders.length > 0 && (
        <Table
          caption={`Holders in group ${group}`}
          columns={mayAct ? [...holderColumns, ...holderActions] : holderColumns}
          rows={holders}
          keyOf={({ host }) => host}
        />
      )}
      {waiting.length > 0 && <Waiting of={waiting} group={group} />}
      {releases.length > 0 && (
        <Table
          caption={`Releases in group ${group}`}
          shown
          columns={mayAct ? [...releaseColumns, ...releaseActions] : releaseColumns}
          rows={releases}
          keyOf={({ rootHash }) => rootHash}
        />
      )}
    </Section>
  );
}

function Waiting({ of, group }: { of: NonNullable<Group['waiting']>; group: string }) {
  return (
    <details class="waits" open={of.length <= 5}>
      <summary>
        {countOf(of.length, 'host')} {of.length === 1 ? 'waits' : 'wait'} for a place
      </summary>
      <Table
        caption={`Hosts that wait in group ${group}`}
        columns={waitingColumns}
        rows={of}
        keyOf={({ host }) => host}
      />
    </details>
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

/** A release by its version; the root hash, which the lock has, on hovering. */
function What({ what, rootHash }: { what: string | undefined; rootHash: string }) {
  return what ? (
    <span title={`root hash ${rootHash}`}>{what}</span>
  ) : (
    <code title="not published on this server">{short(rootHash)}</code>
  );
}

const holderColumns: readonly Column<Holder>[] = [
  {
    name: 'Host',
    cell: ({ host, hostname, what, release, since }) => (
      <>
        {hostname === null ? (
          <code class="break">{host}</code>
        ) : (
          <a href={hostPath(host)}>{hostname || short(host)}</a>
        )}
        <small class="narrow">
          boots into <What what={what} rootHash={release} />, since <When time={since} />
        </small>
      </>
    ),
  },
  { name: 'Boots into', wide: true, cell: ({ what, release }) => <What what={what} rootHash={release} /> },
  { name: `Since (${zoneName()})`, number: true, wide: true, cell: ({ since }) => <Exact time={since} /> },
];

const waitingColumns: readonly Column<NonNullable<Group['waiting']>[number]>[] = [
  { name: 'Host', cell: ({ host, hostname }) => <a href={hostPath(host)}>{hostname || short(host)}</a> },
  { name: 'For version', cell: ({ version }) => version },
  { name: 'Granted', number: true, cell: ({ since }) => <When time={since} /> },
];

const releaseColumns: readonly Column<Release>[] = [
  {
    name: 'Release',
    cell: ({ what, rootHash, stopped, failed }) => (
      <>
        <What what={what} rootHash={rootHash} />
        <small class="narrow">
          {stopped ? `stopped: failed on ${countOf(failed.length, 'host')}` : 'allowed'}
        </small>
      </>
    ),
  },
  {
    name: 'State',
    wide: true,
    cell: ({ stopped }) => (
      <State tone={stopped ? 'stop' : 'go'}>{stopped ? 'Stopped by failures' : 'Allowed'}</State>
    ),
  },
  { name: 'Confirmed', number: true, wide: true, cell: ({ ok }) => count(ok) },
  { name: 'Failed', number: true, wide: true, cell: ({ failed }) => count(failed.length) },
  {
    name: 'Failures',
    wide: true,
    cell: ({ failed }) =>
      failed.length === 0
        ? '–'
        : failed.map(({ host, reason }) => (
            <span key={host} class="failure">
              <a href={hostPath(host)}>{short(host, 8)}</a> {reason}
            </span>
          )),
  },
];
