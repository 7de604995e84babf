import type { ReleaseDetail } from '../../../protocol/api/dashboard.ts';
import { useQuery } from '../../api/use-query.ts';
import { Facts } from '../../components/facts.tsx';
import { Loaded } from '../../components/loaded.tsx';
import { Page, Section } from '../../components/page.tsx';
import { type Column, Table } from '../../components/table.tsx';
import { When } from '../../components/when.tsx';
import { short } from '../../format/size.ts';
import { type PageProps, pathTo, releasePath } from '../../router/routes.ts';
import { Comparisons } from './comparisons.tsx';
import { Sizes } from './sizes.tsx';

type Signed = ReleaseDetail['signed'][number];

/** One release: who signed it, how large it is and its updates are, and what changed since others. */
export function ReleasePage({ params: { name = '', version = '', arch = '' } }: PageProps) {
  const release = useQuery<ReleaseDetail>(`/v1${releasePath(name, version, arch)}`, ['channel']);
  return (
    <Page
      title={`${name} ${version}`}
      over={<a href="/releases">Releases</a>}
      actions={
        <>
          <a class="button" href={pathTo('/releases/change', { verb: 'promote', name, version })}>
            Promote
          </a>
          <a class="button" href={pathTo('/releases/change', { verb: 'block', name, version })}>
            Block
          </a>
        </>
      }
    >
      <Loaded of={release}>
        {(data) => (
          <>
            <About of={data} />
            <Section title="Signed by">
              <Table
                caption="Signatures"
                columns={signedColumns}
                rows={data.signed}
                keyOf={({ role }) => role}
              />
            </Section>
            <Sizes of={data} />
            <Comparisons of={data} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function About({ of: release }: { of: ReleaseDetail }) {
  const { name, version, arch } = release;
  return (
    <>
      <Facts
        of={[
          ['Architecture', arch],
          ['Built', <When time={release.created} />],
          ['Published', <When time={release.published} />],
          ['Head of', release.channels.join(', ') || 'no channel'],
          ['Rollback possible to', `${release.stateCompat} and later`],
          ['Hosts', <a href={pathTo('/hosts', { name, version, arch })}>hosts on this release</a>],
        ]}
      />
      <Facts
        lines
        of={[
          ['Root hash', <code>{release.rootHash}</code>],
          ['release.json', <code>{release.sha256}</code>],
        ]}
      />
    </>
  );
}

const signedColumns: readonly Column<Signed>[] = [
  { name: 'Role', cell: ({ role }) => role },
  { name: 'Keys', cell: ({ keys }) => keys.map((key) => <code key={key}>{short(key, 12)} </code>) },
  { name: 'Expires', number: true, cell: ({ expires }) => <When time={expires} /> },
];
