import type { HostDetail } from '../../../protocol/api/operator.ts';
import { request } from '../../api/request.ts';
import { useMayAct } from '../../api/session.ts';
import { Confirm } from '../../components/confirm.tsx';
import { go } from '../../router/navigate.ts';

/** Written again here: the server's schema would bring its library into the page, and checks the value in any case. */
const groupPattern = '[a-z0-9][a-z0-9.\\-]{0,62}';

interface ActionProps {
  host: HostDetail;
  /** How messages call the host. */
  who: string;
  apply(action: string, body: object): Promise<void>;
}

/** What an operator can do with a host, each after a confirmation. */
export function Actions({ of: host, applied }: { of: HostDetail; applied(): void }) {
  if (!useMayAct()) return null;
  const path = `/v1/hosts/${encodeURIComponent(host.id)}`;
  const props: ActionProps = {
    host,
    who: host.hostname || host.id,
    apply: async (action, body) => {
      await request('POST', `${path}/${action}`, body);
      applied();
    },
  };
  return (
    <>
      {!host.approved && <Approve {...props} />}
      {host.held ? <ReleaseHold {...props} /> : <Hold {...props} />}
      <Pin {...props} />
      <Group {...props} />
      <Forget who={props.who} path={path} />
    </>
  );
}

function Approve({ who, apply }: ActionProps) {
  return (
    <Confirm
      verb="Approve"
      title={`Approve ${who}?`}
      done={`${who} is approved.`}
      onConfirm={() => apply('approve', {})}
    >
      <p>It enrolled without a join token. Once approved, it counts in rollouts and their limits.</p>
    </Confirm>
  );
}

function Hold({ who, apply }: ActionProps) {
  return (
    <Confirm
      verb="Hold"
      title={`Hold ${who}?`}
      done={`${who} is held.`}
      onConfirm={() => apply('hold', { held: true })}
    >
      <p>It keeps its version until the hold is released. An update that has flipped continues.</p>
    </Confirm>
  );
}

function ReleaseHold({ who, apply }: ActionProps) {
  return (
    <Confirm
      verb="Release hold"
      title={`Release the hold on ${who}?`}
      done={`The hold on ${who} is released.`}
      onConfirm={() => apply('hold', { held: false })}
    >
      <p>From its next check-in, it is offered updates again.</p>
    </Confirm>
  );
}

function Pin({ host, who, apply }: ActionProps) {
  return (
    <Confirm
      verb="Pin"
      title={`Pin ${who} to one version?`}
      done={`The pin of ${who} is saved.`}
      field={{
        label: 'Version',
        hint: 'The host updates to this version only. Leave empty to remove the pin.',
        value: host.pinned ?? '',
      }}
      onConfirm={(text) => apply('pin', { version: text || null })}
    />
  );
}

function Group({ who, apply }: ActionProps) {
  return (
    <Confirm
      verb="Set group"
      title={`Set the group of ${who}?`}
      done={`The group of ${who} is saved.`}
      field={{
        label: 'Group',
        hint: 'Rollouts use this group instead of the one in the host’s configuration; its lock group stays. Leave empty to use the host’s own.',
        pattern: groupPattern,
      }}
      onConfirm={(text) => apply('group', { group: text || null })}
    />
  );
}

function Forget({ who, path }: { who: string; path: string }) {
  const forget = async () => {
    await request('DELETE', path);
    go('/hosts');
  };
  return (
    <Confirm verb="Forget" danger title={`Forget ${who}?`} done={`${who} is forgotten.`} onConfirm={forget}>
      <p>
        Its record and its credential are deleted. If the machine still runs, it must enroll again before it
        gets updates.
      </p>
    </Confirm>
  );
}
