import type { LocksAnswer } from '../../../protocol/api/dashboard.ts';
import { request } from '../../api/request.ts';
import { Confirm } from '../../components/confirm.tsx';
import { When } from '../../components/when.tsx';

interface ForceReleaseProps {
  of: LocksAnswer['groups'][number]['holders'][number];
  group: string;
  released(): void;
}

/** Takes a place in the lock away from a host, after a warning and with a reason. */
export function ForceRelease({ of: holder, group, released }: ForceReleaseProps) {
  const who = holder.hostname ?? holder.host;
  const release = async (_text: string, reason: string) => {
    await request('POST', `/v1/locks/${encodeURIComponent(group)}/release`, { host: holder.host, reason });
    released();
  };
  return (
    <Confirm
      verb="Force-release"
      danger
      title={`Release the place of ${who} in group ${group}?`}
      reason="needed"
      done={`The place of ${who} is free.`}
      onConfirm={release}
    >
      <p class="warning">
        <b>If {who} is rebooting, one host more than allowed can be down.</b> First check whether it is gone
        or only slow. It took the place <When time={holder.since} />.
      </p>
      <p>Do this only for a host that will not come back by itself.</p>
    </Confirm>
  );
}
