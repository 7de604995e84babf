import type { LocksAnswer } from '../../../protocol/api/dashboard.ts';
import { useQuery } from '../../api/use-query.ts';
import { Command } from '../../components/copy.tsx';
import { Loaded } from '../../components/loaded.tsx';
import { Empty } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { ForeignGroup } from './foreign-group.tsx';
import { GroupLock } from './group-lock.tsx';

/** Who may be down now: the places of each group, and the releases that the lock stopped. */
export function LocksPage() {
  const locks = useQuery<LocksAnswer>('/v1/locks', ['lock']);
  return (
    <Page title="Lock">
      <Loaded of={locks}>
        {({ configured, groups, more, foreign = [] }) =>
          configured ? (
            <>
              {groups.length === 0 && (
                <Empty title="No group has a lock yet.">
                  <p>The first host that reboots creates it, with one place. To begin with more:</p>
                  <Command text="interlock lock slots 2 --group default --etcd https://e1:2379" />
                </Empty>
              )}
              {groups.map((group) => (
                <GroupLock key={group.group} of={group} changed={locks.reload} />
              ))}
              {foreign.map((group) => (
                <ForeignGroup key={group.group} of={group} />
              ))}
              {more && <Empty title="etcd has more groups. Name those to show with --lock-group." />}
            </>
          ) : (
            <NotConfigured />
          )
        }
      </Loaded>
    </Page>
  );
}

function NotConfigured() {
  return (
    <Empty title="This server does not read the lock.">
      <p>
        Hosts take places in the lock directly in etcd, without the server. So at most N hosts are down even
        while the server is away. To show the places here, let the server read etcd:
      </p>
      <Command text="interlock serve --data DIR --etcd https://e1:2379 --lock-group web" />
      <p>Or use a shell:</p>
      <Command text="interlock lock status --group web --etcd https://e1:2379" />
    </Empty>
  );
}
