import { useState } from 'preact/hooks';
import type { HostEvent, TimelineAnswer } from '../../../protocol/api/hosts.ts';
import { type EventText, eventText } from '../../../protocol/rules/event-texts.ts';
import { useQuery } from '../../api/use-query.ts';
import { Loaded } from '../../components/loaded.tsx';
import { Section } from '../../components/page.tsx';
import { State } from '../../components/signal.tsx';
import { type Column, Table } from '../../components/table.tsx';
import { Exact } from '../../components/when.tsx';
import { countOf } from '../../format/size.ts';
import { zoneName } from '../../format/time.ts';
import type { Tone } from '../../labels/tone.ts';

/** Enough for the last update and what led to it. */
const shownAtFirst = 25;

const tones: Record<EventText['is'], Tone> = {
  good: 'go',
  odd: 'caution',
  bad: 'stop',
  step: 'moving',
  plain: 'dark',
};

/** What happened to a host, newest first: check-ins that differed, grants, reports, and what operators did. */
export function Timeline({ id }: { id: string }) {
  const timeline = useQuery<TimelineAnswer>(`/v1/hosts/${encodeURIComponent(id)}/timeline`, [
    'host',
    'hosts',
    'rollout',
  ]);
  const [isWhole, setWhole] = useState(false);
  return (
    <Section
      title="Timeline"
      note={`Times in ${zoneName(new Date())}. A check-in is listed when it differs from the one before.`}
    >
      <Loaded of={timeline}>
        {({ events }) => (
          <>
            <Table
              caption="What happened to this host, newest first"
              columns={columns}
              rows={isWhole ? events : events.slice(0, shownAtFirst)}
              keyOf={(event) => `${event.at} ${events.indexOf(event)}`}
            />
            {!isWhole && events.length > shownAtFirst && (
              <p class="paging">
                <button type="button" onClick={() => setWhole(true)}>
                  Show all {countOf(events.length, 'event')}
                </button>
              </p>
            )}
          </>
        )}
      </Loaded>
    </Section>
  );
}

const columns: readonly Column<HostEvent>[] = [
  {
    name: 'Event',
    cell: (event) => {
      const { what, is } = eventText(event);
      return event.what === 'operator' ? <b>{what}</b> : <State tone={tones[is]}>{what}</State>;
    },
  },
  { name: 'Detail', cell: (event) => <span class="break">{eventText(event).detail}</span> },
  { name: 'When', number: true, cell: ({ at }) => <Exact time={at} /> },
];
