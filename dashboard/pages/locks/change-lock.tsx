import type { LocksAnswer } from '../../../protocol/api/dashboard.ts';
import { request } from '../../api/request.ts';
import { Confirm } from '../../components/confirm.tsx';
import { Command } from '../../components/copy.tsx';
import { count } from '../../format/size.ts';

type Group = LocksAnswer['groups'][number];

const pathOf = (group: string, what: string) => `/v1/locks/${encodeURIComponent(group)}/${what}`;

/** Sets how many hosts of a group can be down at once. */
export function SetSlots({ of: { group, slots, taken }, changed }: { of: Group; changed(): void }) {
  const set = async (text: string, reason: string) => {
    await request('POST', pathOf(group, 'slots'), { slots: Number(text), reason });
    changed();
  };
  return (
    <Confirm
      verb="Set places"
      title={`How many hosts of ${group} can be down at once?`}
      field={{
        label: 'Places',
        hint: 'One host takes one place from before its reboot until it is healthy. 0 lets none reboot.',
        needed: true,
        value: String(slots),
        pattern: '\\d{1,6}',
      }}
      reason="needed"
      done={`The places of group ${group} are set.`}
      onConfirm={set}
    >
      <p>
        {count(taken)} of {count(slots)} are taken. Fewer places than are taken take none away: no further
        host goes until enough came back.
      </p>
      <p>Where the server may not write to etcd, use a shell:</p>
      <Command text={`interlock lock slots NUMBER --group ${group} --etcd https://e1:2379`} />
    </Confirm>
  );
}

interface ClearFailedProps {
  group: string;
  of: Group['releases'][number];
  changed(): void;
}

/** Ends the failure stop of a release. */
export function ClearFailed({ group, of: { rootHash, what, failed }, changed }: ClearFailedProps) {
  const name = what ?? `release ${rootHash.slice(0, 12)}`;
  const clear = async (_text: string, reason: string) => {
    await request('POST', pathOf(group, 'clear-failed'), { rootHash, reason });
    changed();
  };
  return (
    <Confirm
      verb="Clear failures"
      danger
      title={`Let hosts of ${group} install ${name} again?`}
      reason="needed"
      done={`The failures of ${name} are cleared.`}
      onConfirm={clear}
    >
      <p class="warning">
        <b>It failed on {count(failed.length)}.</b> Once its failures are forgotten, further hosts of the
        group install it, as far as rollouts let them.
      </p>
      <p>The same in a shell:</p>
      <Command
        text={`interlock lock clear-failed ${rootHash.slice(0, 12)} --yes --group ${group} --etcd https://e1:2379`}
      />
    </Confirm>
  );
}
