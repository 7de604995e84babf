import type { HostDetail } from '../../../protocol/api/operator.ts';
import { Section } from '../../components/page.tsx';
import { State } from '../../components/signal.tsx';
import { type Column, Table } from '../../components/table.tsx';
import { When } from '../../components/when.tsx';
import { lookUp, type Tone } from '../../labels/tone.ts';

interface Happening {
  key: string;
  at: string;
  what: string;
  tone: Tone;
  detail: string;
}

const kinds: Record<string, readonly [string, Tone]> = {
  granted: ['got leave', 'moving'],
  written: ['wrote it', 'moving'],
  locked: ['took a place', 'moving'],
  rebooting: ['reboots', 'moving'],
  confirmed: ['confirmed', 'go'],
  fell_back: ['fell back', 'stop'],
  failed: ['failed', 'stop'],
  cancelled: ['cancelled', 'caution'],
  lapsed: ['leave ran out', 'caution'],
  silent: ['silent after its reboot', 'stop'],
  withdrawn: ['leave taken back', 'caution'],
};

/** What happened on a host, the newest first: its leaves and its reports. */
export function History({ of: host }: { of: HostDetail }) {
  const rows = happenings(host);
  return (
    <Section title="History">
      {rows.length === 0 && <p class="quiet">It has reported nothing yet.</p>}
      {rows.length > 0 && (
        <Table caption="What happened" columns={columns} rows={rows} keyOf={({ key }) => key} />
      )}
    </Section>
  );
}

const columns: readonly Column<Happening>[] = [
  { name: 'What', cell: ({ what, tone }) => <State tone={tone}>{what}</State> },
  { name: 'Detail', cell: ({ detail }) => detail },
  { name: 'When', number: true, cell: ({ at }) => <When time={at} /> },
];

function happenings({ grants, reports }: HostDetail): Happening[] {
  const word = (kind: string) => {
    const [what, tone] = lookUp<readonly [string, Tone]>(kinds, kind, [kind, 'dark']);
    return { what, tone };
  };
  return [
    ...grants.map(({ id, version, granted, outcome }) => ({
      key: `g ${id}`,
      at: granted,
      ...word('granted'),
      detail: `${version}${outcome === 'lapsed' || outcome === 'silent' || outcome === 'withdrawn' ? `: ${kinds[outcome]?.[0]}` : ''}`,
    })),
    ...reports.map(({ id, kind, from, version, at, detail }) => ({
      key: `r ${id}`,
      at,
      ...word(kind),
      detail: `${from} → ${version}${detail ? `: ${detail}` : ''}`,
    })),
  ].toSorted((a, b) => b.at.localeCompare(a.at));
}
