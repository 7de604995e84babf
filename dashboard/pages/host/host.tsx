import type { LocksAnswer } from '../../../protocol/api/dashboard.ts';
import type { HostDetail } from '../../../protocol/api/operator.ts';
import { useAnswer } from '../../api/use-answer.ts';
import { useSpoken } from '../../components/announce.tsx';
import { Answered } from '../../components/answered.tsx';
import { Facts } from '../../components/facts.tsx';
import { Page, Section } from '../../components/page.tsx';
import { Signal } from '../../components/signal.tsx';
import { When, WithTimes } from '../../components/when.tsx';
import { short } from '../../format/size.ts';
import { describeHost } from '../../labels/host.ts';
import { decisionChange } from '../../labels/reason.ts';
import { type PageProps, pathTo, releasePath } from '../../router/routes.ts';
import { Decisions } from './decisions.tsx';
import { History } from './history.tsx';
import { journeyOf, type Slot, slotsOf } from './slots.ts';

/** One host: where it is, why, what would change it, and what can be decided about it. */
export function HostPage({ params: { id = '' } }: PageProps) {
  const host = useAnswer<HostDetail>(`/v1/hosts/${encodeURIComponent(id)}`, ['host', 'hosts', 'rollout']);
  const locks = useAnswer<LocksAnswer>('/v1/locks', ['lock']);
  const { data } = host;
  useSpoken(data && `The host is ${describeHost(data).label.toLowerCase()}.`);
  return (
    <Page
      title={data ? data.hostname || short(data.id) : 'Host'}
      over={<a href="/hosts">Hosts</a>}
      actions={data && <Decisions of={data} decided={host.again} />}
    >
      <Answered of={host}>
        {(data) => (
          <>
            <Why of={data} />
            <Journey at={data.at} />
            <Slots of={data} />
            <Section title="About it">
              <About of={data} locks={locks.data} />
              <Identity of={data} />
            </Section>
            <History of={data} />
          </>
        )}
      </Answered>
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
      </div>
    </div>
  );
}

function Journey({ at }: { at: string | null }) {
  const stations = journeyOf(at);
  if (!stations) return null;
  return (
    <ol class="journey" aria-label="The update's way">
      {stations.map(({ name, is }) => (
        <li key={name} class={is} aria-current={is === 'here' ? 'step' : undefined}>
          {name}
          <span class="visually-hidden">{is === 'passed' ? ', done' : is === 'here' ? ', now' : ''}</span>
        </li>
      ))}
    </ol>
  );
}

function Slots({ of: host }: { of: HostDetail }) {
  const { running, other } = slotsOf(host);
  return (
    <Section title="Slots">
      <div class="slots">
        <SlotBox name="Running slot" slot={running} host={host} />
        <SlotBox name="Other slot" slot={other} host={host} />
      </div>
    </Section>
  );
}

function SlotBox({
  name,
  slot: { version, says, tone },
  host,
}: {
  name: string;
  slot: Slot;
  host: HostDetail;
}) {
  return (
    <div class="slot">
      <h3>{name}</h3>
      <p class="slot-version">
        {version ? <a href={releasePath(host.name, version, host.arch)}>{version}</a> : '–'}
      </p>
      <p class="slot-says">
        <Signal tone={tone} /> {says}
      </p>
    </div>
  );
}

function About({ of: host, locks }: { of: HostDetail; locks: LocksAnswer | undefined }) {
  const { name, channel, group, arch, failed, pinned, approved, cloned } = host;
  return (
    <Facts
      of={[
        ['Image', <a href={pathTo('/hosts', { name })}>{name}</a>],
        ['Channel', channel ? <a href={pathTo('/hosts', { name, channel })}>{channel}</a> : '–'],
        ['Group', group ? <a href={pathTo('/hosts', { group })}>{group}</a> : '–'],
        ['Architecture', arch],
        ['Last seen', <When time={host.lastSeen} />],
        ['Enrolled', <When time={host.enrolled} />],
        ['Lock', <LockOf host={host} locks={locks} />],
        ['Pinned to', pinned ?? 'nothing'],
        ['Failed here', failed.length > 0 ? failed.join(', ') : 'nothing'],
        ['Counts', approved ? (cloned ? 'no: cloned' : 'yes') : 'not before somebody approves it'],
      ]}
    />
  );
}

function Identity({ of: host }: { of: HostDetail }) {
  return (
    <Facts
      lines
      of={[
        ['Id', <code>{host.id}</code>],
        ['Machine', <code>{host.machineId}</code>],
        ['Boot', <code>{host.bootId ?? '–'}</code>],
        ['Root hash', <code>{host.rootHash ?? '–'}</code>],
      ]}
    />
  );
}

function LockOf({ host, locks }: { host: HostDetail; locks: LocksAnswer | undefined }) {
  const held = locks?.groups.flatMap(({ group, holders }) =>
    holders.filter((holder) => holder.host === host.id).map(({ since }) => ({ group, since })),
  )[0];
  if (held) {
    return (
      <a href="/locks">
        holds a place of {held.group} since <When time={held.since} />
      </a>
    );
  }
  return <>{locks?.configured ? 'holds no place' : 'not seen from here: interlock serve --etcd'}</>;
}
