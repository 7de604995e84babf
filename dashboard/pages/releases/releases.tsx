import type { ReleaseSummary, RoleLife } from '../../../protocol/api/operator.ts';
import { useQuery } from '../../api/use-query.ts';
import { Command } from '../../components/copy.tsx';
import { Loaded } from '../../components/loaded.tsx';
import { Empty } from '../../components/notice.tsx';
import { Page, Section } from '../../components/page.tsx';
import { type Column, Table } from '../../components/table.tsx';
import { When } from '../../components/when.tsx';
import { pathTo, releasePath } from '../../router/routes.ts';
import { Channels } from './channels.tsx';
import { Signatures } from './signatures.tsx';

const columns: readonly Column<ReleaseSummary>[] = [
  {
    name: 'Release',
    cell: ({ name, version, arch }) => (
      <a href={releasePath(name, version, arch)}>
        {name} {version} <span class="quiet">{arch}</span>
      </a>
    ),
  },
  {
    name: 'Head of',
    cell: ({ channels }) =>
      channels.map((channel) => (
        <span key={channel} class="tag">
          {channel}
        </span>
      )),
  },
  {
    name: 'Hosts',
    wide: true,
    cell: ({ name, version, arch }) => (
      <a href={pathTo('/hosts', { name, version, arch })}>hosts on this release</a>
    ),
  },
  { name: 'Published', number: true, cell: ({ published }) => <When time={published} /> },
];

/** The published releases, the channels they are on, and when the signatures expire. */
export function ReleasesPage() {
  const releases = useQuery<{ releases: ReleaseSummary[] }>('/v1/releases', ['channel']);
  const trust = useQuery<{ roles: RoleLife[] }>('/v1/trust', ['channel']);
  return (
    <Page title="Releases and channels">
      <Loaded of={releases}>
        {({ releases: all }) => (all.length === 0 ? <None /> : <Images of={all} />)}
      </Loaded>
      <Loaded of={trust}>{({ roles }) => (roles.length > 0 ? <Signatures of={roles} /> : null)}</Loaded>
    </Page>
  );
}

function None() {
  return (
    <Empty title="No releases yet.">
      <p>Publish a signed release to a channel:</p>
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
