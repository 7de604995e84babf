import { useEffect, useRef, useState } from 'preact/hooks';
import { announce } from '../../components/announce.tsx';

const typingMs = 250;

/** Searches once typing pauses. */
export function QueryBox({ query, onQuery }: { query: string; onQuery(query: string): void }) {
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
