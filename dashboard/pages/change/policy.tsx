import type { PolicyAnswer } from '../../../protocol/api/rollout.ts';
import { changedFacts } from '../../../protocol/text/changed-facts.ts';
import { request } from '../../api/request.ts';
import { useMayAct } from '../../api/session.ts';
import { useQuery } from '../../api/use-query.ts';
import { Confirm } from '../../components/confirm.tsx';
import { Command } from '../../components/copy.tsx';
import { Facts } from '../../components/facts.tsx';
import { Loaded } from '../../components/loaded.tsx';
import { Notice } from '../../components/notice.tsx';
import { Page, Section } from '../../components/page.tsx';
import { toServer } from '../../format/command.ts';
import type { PageProps } from '../../router/routes.ts';

const shipped = {
  careful: 'canaries for a day, then all hosts within two weeks, on working nights; halts at 5 failures',
  normal: 'a tenth of the hosts at once, all of them after five days; halts at 10 failures',
  now: 'every host may start at once; halts at 3 failures',
} as const;

/** The policy of a channel’s rollouts, which needs no key: an operator sets it here. */
export function PolicyPage({ query }: PageProps) {
  const [name = '', channel = ''] = ['name', 'channel'].map((key) => query.get(key) ?? '');
  const path = `/v1/policies/${encodeURIComponent(name)}/${encodeURIComponent(channel)}`;
  const policy = useQuery<PolicyAnswer>(path, ['policy']);
  const mayAct = useMayAct();
  const set = async (chosen: string) => {
    await request('PUT', path, { policy: chosen });
    policy.reload();
  };
  return (
    <Page title={`Policy of ${name} ${channel}`} over={<a href="/releases">Releases</a>}>
      <Loaded of={policy}>
        {({ policy: present, text, warnings }) => (
          <>
            <p class="lede">
              Rollouts of the channel follow{' '}
              <b>{present === 'own' ? 'a custom policy' : `the policy ${present}`}</b>. One that runs already
              keeps the policy that it began with.
            </p>
            {warnings.map((warning) => (
              <Notice key={warning} tone="caution" title={warning} />
            ))}
            <Facts of={changedFacts(null, text).map(({ field, after }) => [field, after])} />
          </>
        )}
      </Loaded>
      <Section title="Set another policy">
        {Object.entries(shipped).map(([word, means]) => (
          <div key={word} class="option">
            <p>
              <b>{word}</b>: {means}
            </p>
            <Command text={toServer(`interlock rollout policy ${name} --channel ${channel} --set ${word}`)} />
            {mayAct && (
              <Confirm
                verb={`Set ${word}`}
                title={`Let later rollouts of ${name} ${channel} follow the policy ${word}?`}
                done={`The policy is ${word}.`}
                onConfirm={() => set(word)}
              >
                <p>{means}.</p>
              </Confirm>
            )}
          </div>
        ))}
        <p>A policy of your own is a TOML file:</p>
        <Command text={toServer(`interlock rollout policy ${name} --channel ${channel} --set policy.toml`)} />
      </Section>
    </Page>
  );
}
