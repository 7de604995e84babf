import type { LocksAnswer } from '../../../protocol/api/dashboard.ts';
import { ask } from '../../api/ask.ts';
import { useMayAct } from '../../api/session.ts';
import { useAnswer } from '../../api/use-answer.ts';
import { Answered } from '../../components/answered.tsx';
import { Confirm } from '../../components/confirm.tsx';
import { Command } from '../../components/copy.tsx';
import { Empty } from '../../components/notice.tsx';
import { Page, Section } from '../../components/page.tsx';
import { State } from '../../components/signal.tsx';
import { type Column, Table } from '../../components/table.tsx';
import { When } from '../../components/when.tsx';
import { count, short } from '../../format/size.ts';
import { hostPath } from '../../router/routes.ts';

type Group = LocksAnswer['groups'][number];
type Holder = Group['holders'][number];
type Release = Group['releases'][number];

/** Who may be down now: the places of each group, and the releases that nobody starts any more. */
export function LocksPage() {
  const locks = useAnswer<LocksAnswer>('/v1/locks', ['lock']);
  return (
    <Page title="Lock">
      <Answered of={locks}>
        {({ configured, groups, more }) =>
          configured ? (
            <>
              {groups.length === 0 && (
                <Empty title="No group has a lock yet: the first host that reboots makes one." />
              )}
              {groups.map((group) => (
                <GroupLock key={group.group} of={group} released={locks.again} />
              ))}
              {more && <Empty title={`etcd has more groups: name those to show with --lock-group.`} />}
            </>
          ) : (
            <Unseen />
          )
        }
      </Answered>
    </Page>
  );
}

function Unseen() {
  return (
    <Empty title="This server does not look at the lock.">
      <p>
        Hosts take their places in etcd among themselves; the server is not asked, so that at most N are down
        even while it is away. It shows the places when it may read them:
      </p>
      <Command text="interlock serve --data DIR --etcd https://e1:2379 --lock-group web" />
      <p>The same from a shell:</p>
      <Command text="interlock lock status --group web --etcd https://e1:2379" />
    </Empty>
  );
}

function GroupLock({ of: group, released }: { of: Group; released(): void }) {
  const { holders, slots, releases, taken, problem } = group;
  const may = useMayAct();
  if (problem !== null) return <Unreadable group={group.group} problem={problem} />;
  const columns: readonly Column<Holder>[] = [
    {
      name: 'Host',
      cell: ({ host, hostname }) =>
        hostname === null ? <code>{host}</code> : <a href={hostPath(host)}>{hostname || short(host)}</a>,
    },
    { name: 'Release', wide: true, cell: ({ release }) => <code>{short(release, 16)}</code> },
    { name: 'Since', number: true, cell: ({ since }) => <When time={since} /> },
    ...(may
      ? [
          {
            name: 'Take away',
            number: true,
            cell: (holder: Holder) => <Release of={holder} group={group} released={released} />,
          },
        ]
      : []),
  ];
  return (
    <Section title={group.group} note={`${count(taken)} of ${count(slots)} places taken`}>
      <ul class="places" aria-label={`${count(taken)} of ${count(slots)} places of ${group.group} taken`}>
        {Array.from({ length: Math.min(slots, 32) }, (_, at) => (
          <li key={at} class={at < taken ? 'taken' : undefined}>
            {at < taken ? 'taken' : 'free'}
          </li>
        ))}
      </ul>
      {taken > holders.length && (
        <p>
          {count(holders.length)} of {count(taken)} are named here.
        </p>
      )}
      {holders.length > 0 && (
        <Table
          caption={`Holders in ${group.group}`}
          columns={columns}
          rows={holders}
          keyOf={({ host }) => host}
        />
      )}
      {releases.length > 0 && (
        <Table
          caption={`How releases fare in ${group.group}`}
          shown
          columns={releaseColumns}
          rows={releases}
          keyOf={({ rootHash }) => rootHash}
        />
      )}
    </Section>
  );
}

/** A value that nobody can read stops its own group alone. */
function Unreadable({ group, problem }: { group: string; problem: string }) {
  return (
    <Section title={group} note="cannot be read">
      <p class="warning">{problem}. Nobody of the group reboots until it can be read.</p>
      <p>What was there before, and how to write it back:</p>
      <Command text={`interlock lock reset --group ${group} --etcd https://e1:2379`} />
    </Section>
  );
}

const releaseColumns: readonly Column<Release>[] = [
  { name: 'Root hash', cell: ({ rootHash }) => <code>{short(rootHash, 16)}</code> },
  {
    name: 'State',
    cell: ({ stopped }) => (
      <State tone={stopped ? 'stop' : 'go'}>{stopped ? 'Nobody starts it' : 'Goes on'}</State>
    ),
  },
  { name: 'Good', number: true, cell: ({ ok }) => count(ok) },
  { name: 'Failed', number: true, cell: ({ failed }) => count(failed.length) },
  {
    name: 'Why',
    wide: true,
    cell: ({ failed }) => failed.map(({ host, reason }) => `${short(host, 8)} ${reason}`).join('; ') || '–',
  },
];

function Release({ of: holder, group, released }: { of: Holder; group: Group; released(): void }) {
  const who = holder.hostname ?? holder.host;
  const take = async () => {
    await ask('POST', `/v1/locks/${encodeURIComponent(group.group)}/release`, { host: holder.host });
    released();
  };
  return (
    <Confirm
      verb="Force-release"
      danger
      title={`Take its place in ${group.group} away from ${who}?`}
      done={`The place of ${who} is free.`}
      onConfirm={take}
    >
      <p class="warning">
        <b>If {who} is rebooting, one host more than allowed may go down.</b> Look first: is it really gone,
        or only slow? It took the place <When time={holder.since} />.
      </p>
      <p>Only do this for a machine that will never come back by itself.</p>
    </Confirm>
  );
}
