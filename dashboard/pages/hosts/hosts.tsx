import { useEffect, useRef, useState } from 'preact/hooks';
import type { HostState, HostSummary } from '../../../protocol/api/operator.ts';
import { useAnswer } from '../../api/use-answer.ts';
import { announce } from '../../components/announce.tsx';
import { Answered } from '../../components/answered.tsx';
import { Empty } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { State } from '../../components/signal.tsx';
import { type Column, Table } from '../../components/table.tsx';
import { When } from '../../components/when.tsx';
import { countOf, short } from '../../format/size.ts';
import { describeHost, hostStates } from '../../labels/host.ts';
import { decisionLabel } from '../../labels/reason.ts';
import { go } from '../../router/navigate.ts';
import { hostPath, type PageProps, pathTo } from '../../router/routes.ts';

interface HostsAnswer {
  hosts: HostSummary[];
  next: string | null;
}

const words = ['query', 'state', 'version', 'channel', 'group', 'name', 'arch', 'reason', 'flag'] as const;
type Filter = Partial<Record<(typeof words)[number], string>>;
const typingMs = 250;
const pageSize = '50';

const columns: readonly Column<HostSummary>[] = [
  {
    name: 'Host',
    cell: ({ id, hostname, version, channel, ...host }) => (
      <>
        <a href={hostPath(id)}>{hostname || short(id)}</a>
        {flagsOf(host).map((flag) => (
          <span key={flag} class="tag">
            {flag}
          </span>
        ))}
        <small class="narrow">
          {version ?? 'no version yet'} · {channel ?? 'no channel'}
        </small>
      </>
    ),
  },
  {
    name: 'State',
    cell: (host) => {
      const { tone, label } = describeHost(host);
      const more = moreOf(host);
      return (
        <>
          <State tone={tone}>{label}</State>
          {more && <span class="more"> · {more}</span>}
        </>
      );
    },
  },
  { name: 'Version', wide: true, cell: ({ version }) => version ?? '–' },
  { name: 'Channel', wide: true, cell: ({ name, channel }) => `${name} / ${channel ?? '–'}` },
  { name: 'Group', wide: true, cell: ({ group }) => group ?? '–' },
  { name: 'Id', wide: true, cell: ({ id }) => <code>{id.slice(0, 8)}</code> },
  { name: 'Last seen', number: true, cell: ({ lastSeen }) => <When time={lastSeen} /> },
];

/** What an operator decided about a host, or has to. */
function flagsOf({
  held,
  pinned,
  cloned,
  approved,
  trouble,
}: Pick<HostSummary, 'held' | 'pinned' | 'cloned' | 'approved' | 'trouble'>): string[] {
  const flags = [
    held && 'held',
    pinned && `pinned ${pinned}`,
    cloned && 'cloned',
    !approved && 'unapproved',
    trouble?.code,
  ];
  return flags.filter((flag) => typeof flag === 'string');
}

/** What a host waits for, or goes to. */
function moreOf({ decision, offered }: HostSummary): string {
  if (decision === 'offered') return `to ${offered}`;
  return decision &&
    !['up_to_date', 'held', 'pinned', 'cloned', 'failed_here', 'cancelled_here'].includes(decision)
    ? decisionLabel(decision)
    : '';
}

/** Hosts found by what is asked for; the question is in the address, so that it can be sent to somebody. */
export function HostsPage({ query }: PageProps) {
  const filter: Filter = Object.fromEntries(words.map((word) => [word, query.get(word) ?? undefined]));
  const after = query.get('after') ?? undefined;
  const hosts = useAnswer<HostsAnswer>(pathTo('/v1/hosts', { ...filter, after, limit: pageSize }), [
    'hosts',
    'host',
  ]);
  const next = hosts.data?.next;
  return (
    <Page
      title="Hosts"
      actions={
        <>
          <a class="button" href={pathTo('/v1/hosts', { ...filter, format: 'csv' })} download="hosts.csv">
            CSV
          </a>
          <a class="button" href={pathTo('/v1/hosts', { ...filter, format: 'json' })} download="hosts.json">
            JSON
          </a>
        </>
      }
    >
      <Search filter={filter} />
      <Answered of={hosts}>
        {({ hosts: found }) =>
          found.length === 0 ? (
            <Empty title="No host fits.">
              <p>
                <a href="/hosts">All hosts</a>
              </p>
            </Empty>
          ) : (
            <div class={hosts.asking ? 'asking' : undefined}>
              <Table
                caption={`${countOf(found.length, 'host')} of this page`}
                columns={columns}
                rows={found}
                keyOf={({ id }) => id}
              />
            </div>
          )
        }
      </Answered>
      <nav class="paging" aria-label="Pages of hosts">
        {after ? <a href={pathTo('/hosts', filter)}>To the first</a> : <span />}
        {next && <a href={pathTo('/hosts', { ...filter, after: next })}>Next {pageSize}</a>}
      </nav>
    </Page>
  );
}

/** What hosts are sought by. Typing is answered when it rests. */
function Search({ filter }: { filter: Filter }) {
  const [text, setText] = useState(filter.query ?? '');
  const present = useRef(filter);
  present.current = filter;
  // what the box and the address agree on: only a question that came from elsewhere replaces what is being typed
  const agreed = useRef(filter.query ?? '');
  const find = (change: Filter) => go(pathTo('/hosts', { ...present.current, ...change }), 'replace');
  useEffect(() => {
    const query = filter.query ?? '';
    if (query === agreed.current) return;
    agreed.current = query;
    setText(query);
  }, [filter.query]);
  useEffect(() => {
    if (text === agreed.current) return;
    const rest = setTimeout(() => {
      agreed.current = text;
      find({ query: text });
      announce(text ? `Hosts that fit ${text}` : 'All hosts');
    }, typingMs);
    return () => clearTimeout(rest);
  }, [text]);
  return (
    <search>
      <form class="search" onSubmit={(event) => event.preventDefault()}>
        <label class="grow">
          <span class="visually-hidden">Search by name, id or version</span>
          <input
            type="search"
            placeholder="Name, id or version"
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        <label>
          <span class="visually-hidden">State</span>
          <select value={filter.state ?? ''} onChange={(event) => find({ state: event.currentTarget.value })}>
            <option value="">Any state</option>
            {(Object.keys(hostStates) as HostState[]).map((state) => (
              <option key={state} value={state}>
                {hostStates[state].label}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span class="visually-hidden">Flag</span>
          <select value={filter.flag ?? ''} onChange={(event) => find({ flag: event.currentTarget.value })}>
            <option value="">Any flag</option>
            {['held', 'pinned', 'cloned', 'unapproved', 'in_trouble'].map((flag) => (
              <option key={flag} value={flag}>
                {flag.replace('_', ' ')}
              </option>
            ))}
          </select>
        </label>
        <Chips filter={filter} />
      </form>
    </search>
  );
}

/** What a link from elsewhere narrowed the list by; each can be taken off. */
function Chips({ filter }: { filter: Filter }) {
  const set = (['name', 'channel', 'version', 'group', 'arch', 'reason'] as const).filter(
    (word) => filter[word],
  );
  return (
    <>
      {set.map((word) => (
        <a key={word} class="chip" href={pathTo('/hosts', { ...filter, [word]: undefined })}>
          {word} <b>{word === 'reason' ? decisionLabel(filter[word]!) : filter[word]}</b>
          <span aria-hidden="true"> ×</span>
          <span class="visually-hidden">, take this off</span>
        </a>
      ))}
    </>
  );
}
