import type { HostDetail } from '../../../protocol/api/operator.ts';
import { Section } from '../../components/page.tsx';
import { State } from '../../components/signal.tsx';
import { type Column, Table } from '../../components/table.tsx';
import { When } from '../../components/when.tsx';
import { lookUp, type Tone } from '../../labels/tone.ts';

interface Entry {
  key: string;
  at: string;
  what: string;
  tone: Tone;
  detail: string;
}

const events: Record<string, readonly [string, Tone]> = {
  granted: ['granted', 'moving'],
  written: ['written', 'moving'],
  locked: ['lock acquired', 'moving'],
  rebooting: ['rebooting', 'moving'],
  confirmed: ['confirmed', 'go'],
  fell_back: ['fell back', 'stop'],
  failed: ['failed', 'stop'],
  cancelled: ['cancelled', 'caution'],
  lapsed: ['grant expired', 'caution'],
  silent: ['silent after its reboot', 'stop'],
  withdrawn: ['grant withdrawn', 'caution'],
};

/** What happened on a host, newest first: its grants and its reports. */
export function History({ of: host }: { of: HostDetail }) {
  const rows = entriesOf(host);
  return (
    <Section title="History">
      {rows.length === 0 && <p class="quiet">No reports yet.</p>}
      {rows.length > 0 && (
        <Table
          caption="Grants and reports, newest first"
          columns={columns}
          rows={rows}
          keyOf={({ key }) => key}
        />
      )}
    </Section>
  );
}

const columns: readonly Column<Entry>[] = [
  { name: 'Event', cell: ({ what, tone }) => <State tone={tone}>{what}</State> },
  { name: 'Detail', cell: ({ detail }) => detail },
  { name: 'When', number: true, cell: ({ at }) => <When time={at} /> },
];

function entriesOf({ grants, reports }: HostDetail): Entry[] {
  const describe = (kind: string) => {
    const [what, tone] = lookUp<readonly [string, Tone]>(events, kind, [kind, 'dark']);
    return { what, tone };
  };
  return [
    ...grants.map(({ id, version, granted, outcome }) => ({
      key: `g ${id}`,
      at: granted,
      ...describe('granted'),
      detail: `${version}${outcome === 'lapsed' || outcome === 'silent' || outcome === 'withdrawn' ? `: ${events[outcome]?.[0]}` : ''}`,
    })),
    ...reports.map(({ id, kind, from, version, at, detail }) => ({
      key: `r ${id}`,
      at,
      ...describe(kind),
      detail: `${from} → ${version}${detail ? `: ${detail}` : ''}`,
    })),
  ].toSorted((a, b) => b.at.localeCompare(a.at));
}
