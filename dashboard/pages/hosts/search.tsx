import { useEffect, useRef, useState } from 'preact/hooks';
import type { HostState } from '../../../protocol/api/operator.ts';
import { announce } from '../../components/announce.tsx';
import { hostStates } from '../../labels/host.ts';
import { decisionLabel } from '../../labels/reason.ts';
import { go } from '../../router/navigate.ts';
import { pathTo } from '../../router/routes.ts';
import type { Filter } from './filter.ts';

const typingMs = 250;

/** The search box and the filters of the list of hosts; they are kept in the address. */
export function Search({ filter }: { filter: Filter }) {
  const present = useRef(filter);
  present.current = filter;
  const find = (change: Filter) => go(pathTo('/hosts', { ...present.current, ...change }), 'replace');
  return (
    <search>
      <form class="search" onSubmit={(event) => event.preventDefault()}>
        <QueryBox query={filter.query ?? ''} onQuery={(query) => find({ query })} />
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

/** Searches once typing pauses. */
function QueryBox({ query, onQuery }: { query: string; onQuery(query: string): void }) {
  const [text, setText] = useState(query);
  // the text that box and address agree on: only a query that came from elsewhere replaces what is being typed
  const agreed = useRef(query);
  useEffect(() => {
    if (query === agreed.current) return;
    agreed.current = query;
    setText(query);
  }, [query]);
  useEffect(() => {
    if (text === agreed.current) return;
    const pause = setTimeout(() => {
      agreed.current = text;
      onQuery(text);
      announce(text ? `Hosts that match ${text}` : 'All hosts');
    }, typingMs);
    return () => clearTimeout(pause);
  }, [text]);
  return (
    <label class="grow">
      <span class="visually-hidden">Search by name, ID or version</span>
      <input
        type="search"
        placeholder="Name, ID or version"
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
    </label>
  );
}

/** Filters that a link from another page set; each can be removed. */
function Chips({ filter }: { filter: Filter }) {
  const set = (['name', 'channel', 'version', 'group', 'arch', 'reason'] as const).filter(
    (name) => filter[name],
  );
  return (
    <>
      {set.map((name) => (
        <a key={name} class="chip" href={pathTo('/hosts', { ...filter, [name]: undefined })}>
          {name === 'name' ? 'image' : name}{' '}
          <b>{name === 'reason' ? decisionLabel(filter[name]!) : filter[name]}</b>
          <span aria-hidden="true"> ×</span>
          <span class="visually-hidden">, remove this filter</span>
        </a>
      ))}
    </>
  );
}
