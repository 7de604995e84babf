import type { Change } from '../../protocol/api/dashboard.ts';

/** What the server tells of, and `resync` for whatever was missed while the line was down. */
export type Kind = Change['kind'] | 'resync';
export type Heard = Omit<Change, 'kind'> & { kind: Kind };

export type Line = 'live' | 'lost' | 'off';

const retryMs = 10_000;
const heard = new Set<(change: Heard) => void>();
const watched = new Set<(line: Line) => void>();
let source: EventSource | undefined;
let retry: ReturnType<typeof setTimeout> | undefined;
let line: Line = 'off';

/** Opens the line by which the server says what changes. */
export function openLine(): void {
  if (source) return;
  source = new EventSource('/v1/events');
  source.onopen = () => {
    if (line === 'lost') tell({ kind: 'resync', id: '', what: '' });
    becomes('live');
  };
  source.onerror = () => {
    becomes('lost');
    // an answer that is no stream ends the browser's own trying: too many listeners, or a server that is away
    if (source?.readyState === EventSource.CLOSED) {
      source = undefined;
      retry = setTimeout(openLine, retryMs);
    }
  };
  source.onmessage = ({ data }) => tell(JSON.parse(data as string) as Change);
}

/** Closes it: nobody is logged in. */
export function closeLine(): void {
  clearTimeout(retry);
  source?.close();
  source = undefined;
  becomes('off');
}

/** Hears every change. */
export function onChange(listener: (change: Heard) => void): () => void {
  heard.add(listener);
  return () => heard.delete(listener);
}

/** Hears whether the line stands, at once and then whenever that changes. */
export function onLine(listener: (line: Line) => void): () => void {
  watched.add(listener);
  listener(line);
  return () => watched.delete(listener);
}

function tell(change: Heard): void {
  for (const listener of [...heard]) listener(change);
}

function becomes(next: Line): void {
  line = next;
  for (const listener of [...watched]) listener(next);
}
