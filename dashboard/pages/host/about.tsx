import type { LocksAnswer } from '../../../protocol/api/dashboard.ts';
import type { HostDetail } from '../../../protocol/api/operator.ts';
import type { Query } from '../../api/use-query.ts';
import { Facts } from '../../components/facts.tsx';
import { Labels } from '../../components/labels.tsx';
import { When } from '../../components/when.tsx';
import { pathTo } from '../../router/routes.ts';

interface AboutProps {
  of: HostDetail;
  locks: Query<LocksAnswer>;
}

/** What a host runs, where it belongs and what operators set on it. */
export function About({ of: host, locks }: AboutProps) {
  const { name, channel, group, arch, failed, pinned } = host;
  return (
    <Facts
      of={[
        ['Image', <a href={pathTo('/hosts', { name })}>{name}</a>],
        ['Channel', channel ? <a href={pathTo('/hosts', { name, channel })}>{channel}</a> : '–'],
        ['Group', group ? <a href={pathTo('/hosts', { group })}>{group}</a> : '–'],
        ['Architecture', arch],
        ['Labels', Object.keys(host.labels ?? {}).length > 0 ? <Labels of={host.labels!} /> : 'none'],
        ['Last seen', <When time={host.lastSeen} />],
        ['Enrolled', <When time={host.enrolled} />],
        ['Lock', <LockOf host={host} locks={locks} />],
        ['Pinned to', pinned ?? 'none'],
        ['Failed versions', failed.length > 0 ? failed.join(', ') : 'none'],
        ['Counts in rollouts', countsIn(host)],
      ]}
    />
  );
}

function countsIn({ approved, cloned }: HostDetail): string {
  if (!approved) return 'no: not approved';
  return cloned ? 'no: cloned' : 'yes';
}

/** The ids and hashes of a host. */
export function Identity({ of: host }: { of: HostDetail }) {
  return (
    <Facts
      lines
      of={[
        ['ID', <code>{host.id}</code>],
        ['Machine ID', <code>{host.machineId}</code>],
        ['Boot ID', <code>{host.bootId ?? '–'}</code>],
        ['Root hash', <code>{host.rootHash ?? '–'}</code>],
      ]}
    />
  );
}

function LockOf({ host, locks: { data, problem } }: { host: HostDetail; locks: Query<LocksAnswer> }) {
  if (problem) return <>cannot be read: {problem.message}</>;
  if (!data) return <>–</>;
  if (!data.configured) return <>not shown: start the server with interlock serve --etcd</>;
  const held = data.groups.flatMap(({ group, holders }) =>
    holders.filter((holder) => holder.host === host.id).map(({ since }) => ({ group, since })),
  )[0];
  if (!held) return <>holds no place</>;
  return (
    <a href="/locks">
      holds a place in group {held.group} since <When time={held.since} />
    </a>
  );
}
