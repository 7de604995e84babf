import type { ReleaseDetail } from '../../../protocol/api/dashboard.ts';
import type { ReleaseSummary } from '../../../protocol/api/operator.ts';
import { useAnswer } from '../../api/use-answer.ts';
import { Answered } from '../../components/answered.tsx';
import { Facts } from '../../components/facts.tsx';
import { Page, Section } from '../../components/page.tsx';
import { type Column, Table } from '../../components/table.tsx';
import { When } from '../../components/when.tsx';
import { bytes, short } from '../../format/size.ts';
import { type PageProps, pathTo, releasePath } from '../../router/routes.ts';

type Payload = ReleaseDetail['payloads'][number];
type Signed = ReleaseDetail['signed'][number];

/** One release: by whose word, how large, how to get there from others, and what changed. */
export function ReleasePage({ params: { name = '', version = '', arch = '' } }: PageProps) {
  const release = useAnswer<ReleaseDetail>(`/v1${releasePath(name, version, arch)}`, ['channel']);
  return (
    <Page title={`${name} ${version}`} over={<a href="/releases">Releases</a>}>
      <Answered of={release}>
        {(data) => (
          <>
            <Facts
              of={[
                ['Architecture', data.arch],
                ['Made', <When time={data.created} />],
                ['Published', <When time={data.published} />],
                ['Head of', data.channels.join(', ') || 'no channel'],
                ['Runs on state of', `${data.stateCompat} and later`],
                ['Hosts', <a href={pathTo('/hosts', { name, version, arch })}>that run it</a>],
              ]}
            />
            <Facts
              lines
              of={[
                ['Root hash', <code>{data.rootHash}</code>],
                ['release.json', <code>{data.sha256}</code>],
              ]}
            />
            <Section title="Signed by">
              <Table
                caption="Signatures"
                columns={signedColumns}
                rows={data.signed}
                keyOf={({ role }) => role}
              />
            </Section>
            <Sizes of={data} />
            <Others of={data} />
          </>
        )}
      </Answered>
    </Page>
  );
}

const signedColumns: readonly Column<Signed>[] = [
  { name: 'Role', cell: ({ role }) => role },
  { name: 'Keys', cell: ({ keys }) => keys.map((key) => <code key={key}>{short(key, 12)} </code>) },
  { name: 'Until', number: true, cell: ({ expires }) => <When time={expires} /> },
];

function Sizes({ of }: { of: ReleaseDetail }) {
  const { root, verity, boot } = of.sizes;
  const whole = of.payloads.find(({ from }) => from === null)?.size ?? root;
  const columns: readonly Column<Payload>[] = [
    {
      name: 'To get there',
      cell: ({ from }) => (from ? `from ${from}` : 'from nothing, or from anything near'),
    },
    { name: 'Size', number: true, cell: ({ size }) => bytes(size) },
    {
      name: 'Beside the whole',
      number: true,
      cell: ({ size, from }) => (from ? `${((size / whole) * 100).toFixed(1)} %` : '–'),
    },
    {
      name: 'File',
      wide: true,
      cell: ({ file, sha256, here }) =>
        here ? (
          <a href={`/v1/blobs/${sha256}`} download={file}>
            {file}
          </a>
        ) : (
          file
        ),
    },
  ];
  return (
    <Section title="Sizes">
      <Facts
        of={[
          ['Root', bytes(root)],
          ['Verity tree', bytes(verity)],
          ['Boot file', bytes(boot)],
          ['Parts', <PartLink name="packages.lock" of={of.packagesLock} />],
          ['SBOM', <PartLink name="sbom.cdx.json" of={of.sbom} />],
        ]}
      />
      <Table caption="Payloads" columns={columns} rows={of.payloads} keyOf={({ file }) => file} />
    </Section>
  );
}

function PartLink({ name, of: { sha256, size, here } }: { name: string; of: ReleaseDetail['sbom'] }) {
  return here ? (
    <a href={`/v1/blobs/${sha256}`} download={name}>
      {name}, {bytes(size)}
    </a>
  ) : (
    <>
      {name}, {bytes(size)}, not uploaded
    </>
  );
}

function Others({ of: { name, version, arch, published } }: { of: ReleaseDetail }) {
  const { data } = useAnswer<{ releases: ReleaseSummary[] }>('/v1/releases', ['channel']);
  const others = (data?.releases ?? [])
    .filter((each) => each.name === name && each.arch === arch && each.version !== version)
    .toSorted((a, b) => b.published.localeCompare(a.published));
  if (others.length === 0) return null;
  return (
    <Section title="What changed" note="package by package">
      <ul class="links">
        {others.map((other) => {
          const isLater = other.published > published;
          const [from, to] = isLater ? [version, other.version] : [other.version, version];
          return (
            <li key={other.version}>
              <a href={pathTo('/releases/compare', { name, arch, from, to })}>
                {isLater ? 'until' : 'since'} {other.version}
              </a>
            </li>
          );
        })}
      </ul>
    </Section>
  );
}
