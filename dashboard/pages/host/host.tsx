import type { LocksAnswer } from '../../../protocol/api/dashboard.ts';
import type { HostDetail } from '../../../protocol/api/operator.ts';
import { useQuery } from '../../api/use-query.ts';
import { useAnnouncement } from '../../components/announce.tsx';
import { Command } from '../../components/copy.tsx';
import { Loaded } from '../../components/loaded.tsx';
import { Page, Section } from '../../components/page.tsx';
import { Signal } from '../../components/signal.tsx';
import { WithTimes } from '../../components/when.tsx';
import { short } from '../../format/size.ts';
import { describeHost } from '../../labels/host.ts';
import { decisionChange } from '../../labels/reason.ts';
import type { PageProps } from '../../router/routes.ts';
import { About, Identity } from './about.tsx';
import { Actions } from './actions.tsx';
import { Journey } from './journey.tsx';
import { Slots } from './slots.tsx';
import { Timeline } from './timeline.tsx';

/** One host: its state and the reason, what would change it, and the actions on it. */
export function HostPage({ params: { id = '' } }: PageProps) {
  const host = useQuery<HostDetail>(`/v1/hosts/${encodeURIComponent(id)}`, ['host', 'hosts', 'rollout']);
  const locks = useQuery<LocksAnswer>('/v1/locks', ['lock']);
  const { data } = host;
  useAnnouncement(data && `The host is ${describeHost(data).label.toLowerCase()}.`);
  return (
    <Page
      title={data ? data.hostname || short(data.id) : 'Host'}
      over={<a href="/hosts">Hosts</a>}
      actions={data && <Actions of={data} applied={host.reload} />}
    >
      <Loaded of={host}>
        {(data) => (
          <>
            <Why of={data} />
            <Journey at={data.at} />
            <Slots of={data} />
            <Section title="Details">
              <About of={data} locks={locks} />
              <Identity of={data} />
            </Section>
            <Timeline id={data.id} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Why({ of: host }: { of: HostDetail }) {
  const { tone, label } = describeHost(host);
  const change = host.decision && host.decision !== 'up_to_date' ? decisionChange(host.decision) : '';
  return (
    <div class={`why ${tone}`}>
      <Signal tone={tone} big />
      <div>
        <p class="why-state">{label}</p>
        <p>
          <WithTimes text={host.why} />
        </p>
        {change && (
          <p class="quiet">
            <b>What changes it:</b> {change}
          </p>
        )}
        {host.commands?.map(({ command, on }) => (
          <div key={command}>
            {on === 'host' && <p class="quiet small">On the host itself:</p>}
            <Command text={command} />
          </div>
        ))}
      </div>
    </div>
  );
}
