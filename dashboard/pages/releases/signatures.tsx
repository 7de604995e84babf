import type { RoleLife } from '../../../protocol/api/operator.ts';
import { Section } from '../../components/page.tsx';
import { State } from '../../components/signal.tsx';
import { type Column, Table } from '../../components/table.tsx';
import { When } from '../../components/when.tsx';
import { short } from '../../format/size.ts';

const columns: readonly Column<RoleLife>[] = [
  { name: 'Role', cell: ({ role }) => role },
  {
    name: 'State',
    cell: ({ due, expired }) => (
      <State tone={expired ? 'stop' : due ? 'caution' : 'go'}>
        {expired ? 'Expired' : due ? 'Renew soon' : 'Valid'}
      </State>
    ),
  },
  {
    name: 'Signed by',
    wide: true,
    cell: ({ keys }) => keys.map((key) => <code key={key}>{short(key, 12)} </code>),
  },
  { name: 'Version', wide: true, number: true, cell: ({ version }) => version },
  { name: 'Expires', number: true, cell: ({ expires }) => <When time={expires} /> },
];

/** Every role, and when its signed metadata expires. */
export function Signatures({ of }: { of: readonly RoleLife[] }) {
  return (
    <Section title="Signatures" note="an expired signature stops new installs and nothing else">
      <Table
        caption="Roles and when their signatures expire"
        columns={columns}
        rows={of}
        keyOf={({ role }) => role}
      />
    </Section>
  );
}
