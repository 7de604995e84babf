import type { HostDetail } from '../../../protocol/api/operator.ts';
import { ask } from '../../api/ask.ts';
import { useMayAct } from '../../api/session.ts';
import { Confirm } from '../../components/confirm.tsx';
import { go } from '../../router/navigate.ts';

/** Kept apart from `protocol/schema.ts`, whose code would come along: the server checks it in any case. */
const wordPattern = '[a-z0-9][a-z0-9.\\-]{0,62}';

/** What an operator may decide about a host. */
export function Decisions({ of: host, decided }: { of: HostDetail; decided(): void }) {
  const who = host.hostname || host.id;
  const path = `/v1/hosts/${encodeURIComponent(host.id)}`;
  if (!useMayAct()) return null;
  const tell = async (what: string, body: object) => {
    await ask('POST', `${path}/${what}`, body);
    decided();
  };
  const forget = async () => {
    await ask('DELETE', path);
    go('/hosts');
  };
  return (
    <>
      {!host.approved && (
        <Confirm
          verb="Approve"
          title={`Approve ${who}?`}
          done={`${who} is approved.`}
          onConfirm={() => tell('approve', {})}
        >
          <p>It enrolled without a join token. Once approved it counts in rollouts and for their limits.</p>
        </Confirm>
      )}
      {host.held ? (
        <Confirm
          verb="Let go"
          title={`Let ${who} go on?`}
          done={`${who} may go on.`}
          onConfirm={() => tell('hold', { held: false })}
        >
          <p>It is offered updates again, from its next check-in.</p>
        </Confirm>
      ) : (
        <Confirm
          verb="Hold"
          title={`Hold ${who}?`}
          done={`${who} is held.`}
          onConfirm={() => tell('hold', { held: true })}
        >
          <p>It keeps what it runs until somebody lets it go. An update that has flipped goes on.</p>
        </Confirm>
      )}
      <Confirm
        verb="Pin"
        title={`Pin ${who} to one version?`}
        done={`${who} is pinned as you said.`}
        field={{
          label: 'Version',
          hint: 'It goes to this version and no other. Empty: no pin.',
          value: host.pinned ?? '',
        }}
        onConfirm={(text) => tell('pin', { version: text || null })}
      />
      <Confirm
        verb="Group"
        title={`Put ${who} into a group?`}
        done={`${who} is in the group you said.`}
        field={{
          label: 'Group',
          hint: 'Rollouts count it there, whatever it says itself; its lock group stays. Empty: as it says itself.',
          pattern: wordPattern,
        }}
        onConfirm={(text) => tell('group', { group: text || null })}
      />
      <Confirm verb="Forget" danger title={`Forget ${who}?`} done={`${who} is forgotten.`} onConfirm={forget}>
        <p>
          Its record goes and its credential ends. If the machine still runs, it must enrol anew before it
          gets updates again.
        </p>
      </Confirm>
    </>
  );
}
