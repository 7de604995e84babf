import type { ReleaseSummary, RoleLife } from '../../../protocol/api/operator.ts';
import type { Channel } from '../../../protocol/documents/channel.ts';
import { useAnswer } from '../../api/use-answer.ts';
import { Answered } from '../../components/answered.tsx';
import { Command } from '../../components/copy.tsx';
import { Empty } from '../../components/notice.tsx';
import { Page, Section } from '../../components/page.tsx';
import { State } from '../../components/signal.tsx';
import { type Column, Table } from '../../components/table.tsx';
import { When } from '../../components/when.tsx';
import { short } from '../../format/size.ts';
import { pathTo, releasePath } from '../../router/routes.ts';

const columns: readonly Column<ReleaseSummary>[] = [
  {
    name: 'Release',
    cell: ({ name, version, arch }) => (
      <a href={releasePath(name, version, arch)}>
        {name} {version} <span class="quiet">{arch}</span>
      </a>
    ),
  },
  { name: 'Head of', cell: ({ channels }) => channels.map((channel) => <span class="tag">{channel}</span>) },
  {
    name: 'Hosts',
    wide: true,
    cell: ({ name, version, arch }) => <a href={pathTo('/hosts', { name, version, arch })}>that run it</a>,
  },
  { name: 'Published', number: true, cell: ({ published }) => <When time={published} /> },
];

/** What is published, where it goes, and until when the signatures hold. */
export function ReleasesPage() {
  const releases = useAnswer<{ releases: ReleaseSummary[] }>('/v1/releases', ['channel']);
  const trust = useAnswer<{ roles: RoleLife[] }>('/v1/trust', ['channel']);
  return (
    <Page title="Releases and channels">
      <Answered of={releases}>
        {({ releases: all }) => (all.length === 0 ? <None /> : <Images of={all} />)}
      </Answered>
      <Answered of={trust}>{({ roles }) => (roles.length > 0 ? <Signatures of={roles} /> : null)}</Answered>
    </Page>
  );
}

function None() {
  return (
    <Empty title="Nothing is published.">
      <p>A release comes here with the signatures of its keys:</p>
      <Command
        text={`interlock publish releases/tiny-1-x86-64 --server ${location.origin} --keys keys --channel alpha`}
      />
    </Empty>
  );
}

function Images({ of }: { of: readonly ReleaseSummary[] }) {
  const names = [...new Set(of.map(({ name }) => name))];
  return (
    <>
      {names.map((name) => (
        <Section key={name} title={name}>
          <Channels name={name} releases={of} />
          <Table
            caption={`Releases of ${name}, newest first`}
            columns={columns}
            rows={of
              .filter((each) => each.name === name)
              .toSorted((a, b) => b.published.localeCompare(a.published))}
            keyOf={({ version, arch }) => `${version} ${arch}`}
          />
        </Section>
      ))}
    </>
  );
}

function Channels({ name, releases }: { name: string; releases: readonly ReleaseSummary[] }) {
  const isThere = releases.some((each) => each.name === name && each.channels.length > 0);
  const channels = useAnswer<{ channels: Channel[] }>(isThere ? `/v1/channels/${name}` : null, ['channel']);
  return (
    <ul class="channels">
      {channels.data?.channels.map((channel) => (
        <ChannelBox key={channel.channel} of={channel} releases={releases} />
      ))}
    </ul>
  );
}

function ChannelBox({ of, releases }: { of: Channel; releases: readonly ReleaseSummary[] }) {
  const { name, channel, head, floors, minimum, blocked, withdrawn, serial } = of;
  const arch = releases.find((each) => each.name === name && each.version === head.version)?.arch;
  const rules = [
    ...floors.map(({ version }) => `floor ${version}`),
    ...(minimum ? [`at least ${minimum}`] : []),
    ...blocked.map(({ version, reason }) => `${version} blocked: ${reason}`),
    ...withdrawn.map(({ version, to, reason }) => `${version} withdrawn to ${to}: ${reason}`),
  ];
  return (
    <li>
      <h3>{channel}</h3>
      <p class="slot-version">
        {arch ? <a href={releasePath(name, head.version, arch)}>{head.version}</a> : head.version}
      </p>
      {rules.map((rule) => (
        <p key={rule} class="small">
          {rule}
        </p>
      ))}
      <p class="quiet small">
        document {serial} · <a href={pathTo('/hosts', { name, channel })}>hosts</a>
      </p>
    </li>
  );
}

const roleColumns: readonly Column<RoleLife>[] = [
  { name: 'Role', cell: ({ role }) => role },
  {
    name: 'State',
    cell: ({ due, expired }) => (
      <State tone={expired ? 'stop' : due ? 'caution' : 'go'}>
        {expired ? 'Expired' : due ? 'Sign again soon' : 'Valid'}
      </State>
    ),
  },
  {
    name: 'Signed by',
    wide: true,
    cell: ({ keys }) => keys.map((key) => <code key={key}>{short(key, 12)} </code>),
  },
  { name: 'Version', wide: true, number: true, cell: ({ version }) => version },
  { name: 'Until', number: true, cell: ({ expires }) => <When time={expires} /> },
];

function Signatures({ of }: { of: readonly RoleLife[] }) {
  return (
    <Section title="Signatures" note="expired ones stop new installs, and nothing else">
      <Table
        caption="Roles and until when they hold"
        columns={roleColumns}
        rows={of}
        keyOf={({ role }) => role}
      />
    </Section>
  );
}
