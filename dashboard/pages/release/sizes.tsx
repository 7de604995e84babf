import type { ReleaseDetail } from '../../../protocol/api/dashboard.ts';
import { Facts } from '../../components/facts.tsx';
import { Section } from '../../components/page.tsx';
import { type Column, Table } from '../../components/table.tsx';
import { bytes } from '../../format/size.ts';

type Payload = ReleaseDetail['payloads'][number];
type Part = ReleaseDetail['sbom'];

/** How large a release is, and how much an update to it downloads. */
export function Sizes({ of }: { of: ReleaseDetail }) {
  const { root, verity, boot } = of.sizes;
  const full = of.payloads.find(({ from }) => from === null)?.size ?? root;
  return (
    <Section title="Sizes">
      <Facts
        of={[
          ['Root', bytes(root)],
          ['Verity tree', bytes(verity)],
          ['Boot file', bytes(boot)],
          ['Package lock', <Download name="packages.lock" of={of.packagesLock} />],
          ['SBOM', <Download name="sbom.cdx.json" of={of.sbom} />],
        ]}
      />
      <Table caption="Payloads" columns={columnsFor(full)} rows={of.payloads} keyOf={({ file }) => file} />
    </Section>
  );
}

function columnsFor(full: number): readonly Column<Payload>[] {
  return [
    { name: 'Payload', cell: ({ from }) => (from ? `delta from ${from}` : 'full, from any version') },
    { name: 'Size', number: true, cell: ({ size }) => bytes(size) },
    {
      name: 'Of the full payload',
      number: true,
      cell: ({ size, from }) => (from ? `${((size / full) * 100).toFixed(1)} %` : '–'),
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
}

function Download({ name, of: { sha256, size, here } }: { name: string; of: Part }) {
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
