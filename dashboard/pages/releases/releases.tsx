import type { ReleaseSummary, RoleLife } from '../../../protocol/api/operator.ts';
import { compareVersions } from '../../../protocol/text/version.ts';
import { useQuery } from '../../api/use-query.ts';
import { Command } from '../../components/copy.tsx';
import { Loaded } from '../../components/loaded.tsx';
import { Empty } from '../../components/notice.tsx';
import { Page, Section } from '../../components/page.tsx';
import { type Column, Table } from '../../components/table.tsx';
import { When } from '../../components/when.tsx';
import { bytes, count, countOf } from '../../format/size.ts';
import { type PageProps, pathTo, releasePath } from '../../router/routes.ts';
import { Channels } from './channels.tsx';
import { Signatures } from './signatures.tsx';

const columns: readonly Column<ReleaseSummary>[] = [
  {
    name: 'Release',
    cell: ({ name, version, arch, hosts, created }) => (
      <>
        <a href={releasePath(name, version, arch)}>
          {name} {version} <span class="quiet">{arch}</span>
        </a>
        <small class="narrow">
          {hosts === undefined ? '' : `${countOf(hosts, 'host')}, `}built <When time={created} />
        </small>
      </>
    ),
  },
  { name: 'Head of', cell: (release) => <Tags of={release} /> },
  {
    name: 'Hosts',
    number: true,
    wide: true,
    cell: ({ name, version, arch, hosts }) => (
      <a href={pathTo('/hosts', { name, version, arch })}>{hosts === undefined ? 'show' : count(hosts)}</a>
    ),
  },
  { name: 'Image', number: true, wide: true, cell: ({ imageBytes }) => size(imageBytes) },
  { name: 'Update', number: true, cell: ({ updateBytes }) => size(updateBytes) },
  { name: 'Built', number: true, wide: true, cell: ({ created }) => <When time={created} never="–" /> },
];

const orders: Readonly<Record<string, readonly [string, (a: ReleaseSummary, b: ReleaseSummary) => number]>> =
  {
    version: ['newest version first', (a, b) => compareVersions(b.version, a.version)],
    age: ['last built first', (a, b) => (b.created ?? '').localeCompare(a.created ?? '')],
    hosts: ['most hosts first', (a, b) => (b.hosts ?? 0) - (a.hosts ?? 0)],
  };

function size(count: number | undefined): string {
  return count === undefined ? '–' : bytes(count);
}

function Tags({ of: { channels, blockedIn = [] } }: { of: ReleaseSummary }) {
  return (
    <>
      {channels.map((channel) => (
        <span key={channel} class="tag">
          {channel}
        </span>
      ))}
      {blockedIn.map((channel) => (
        <span key={channel} class="tag stop">
          blocked in {channel}
        </span>
      ))}
    </>
  );
}

/** The published releases, the channels they are on, and when the signatures expire. */
export function ReleasesPage({ query }: PageProps) {
  const order = Object.hasOwn(orders, query.get('sort') ?? '') ? query.get('sort')! : 'version';
  const releases = useQuery<{ releases: ReleaseSummary[] }>('/v1/releases', ['channel']);
  const trust = useQuery<{ roles: RoleLife[] }>('/v1/trust', ['channel']);
  return (
    <Page
      title="Releases and channels"
      actions={
        <a class="button" href="/releases/change">
          Change a channel
        </a>
      }
    >
      <Loaded of={releases}>
        {({ releases: all }) => (all.length === 0 ? <None /> : <Images of={all} order={order} />)}
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

function Images({ of, order }: { of: readonly ReleaseSummary[]; order: string }) {
  const names = [...new Set(of.map(({ name }) => name))];
  const [caption, compare] = orders[order]!;
  return (
    <>
      {names.map((name) => (
        <Section key={name} title={name} note={<Orders chosen={order} />}>
          <Channels name={name} releases={of} />
          <Table
            caption={`Releases of ${name}, ${caption}`}
            columns={columns}
            rows={of.filter((each) => each.name === name).toSorted(compare)}
            keyOf={({ version, arch }) => `${version} ${arch}`}
          />
        </Section>
      ))}
    </>
  );
}

function Orders({ chosen }: { chosen: string }) {
  return (
    <span class="choice">
      Sort by{' '}
      {Object.keys(orders).map((order) => (
        <a
          key={order}
          href={pathTo('/releases', { sort: order })}
          aria-current={order === chosen ? 'true' : undefined}
        >
          {order}
        </a>
      ))}
    </span>
  );
}
