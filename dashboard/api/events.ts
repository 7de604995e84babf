import type { Change } from '../../protocol/api/dashboard.ts';

/** What can change on the server; `resync` stands for everything missed while the connection was down. */
export type Kind = Change['kind'] | 'resync';
/** A change as the server’s event stream names it. */
export type LiveChange = Omit<Change, 'kind'> & { kind: Kind };

/** Whether changes arrive: `lost` while the browser reconnects, `off` when nobody is logged in. */
export type Connection = 'live' | 'lost' | 'off';

const retryMs = 10_000;
const changeListeners = new Set<(change: LiveChange) => void>();
const connectionListeners = new Set<(connection: Connection) => void>();
let source: EventSource | undefined;
let retry: ReturnType<typeof setTimeout> | undefined;
let connection: Connection = 'off';

/** Connects to the event stream by which the server reports changes. */
export function connectEvents(): void {
  if (source) return;
  source = new EventSource('/v1/events');
  source.onopen = () => {
    if (connection === 'lost') notify({ kind: 'resync', id: '', what: '' });
    setConnection('live');
  };
  source.onerror = () => {
    setConnection('lost');
    // a response that is not a stream ends the browser's own retries: too many listeners, or the server is down
    if (source?.readyState === EventSource.CLOSED) {
      source = undefined;
      retry = setTimeout(connectEvents, retryMs);
    }
  };
  source.onmessage = ({ data }) => notify(JSON.parse(data as string) as Change);
}

/** Disconnects: nobody is logged in. */
export function disconnectEvents(): void {
  clearTimeout(retry);
  source?.close();
  source = undefined;
  setConnection('off');
}

/** A request did not reach the server: the stream may not have noticed yet, so it begins anew. */
export function noteUnreachable(): void {
  if (connection !== 'live') return;
  source?.close();
  source = undefined;
  setConnection('lost');
  clearTimeout(retry);
  retry = setTimeout(connectEvents, retryMs);
}

/** Tries at once to reach the server again, for the stream of changes and for everything that is shown. */
export function reconnect(): void {
  clearTimeout(retry);
  source?.close();
  source = undefined;
  connectEvents();
  notify({ kind: 'resync', id: '', what: '' });
}

/** Calls back for every change. Returns what ends that. */
export function onChange(listener: (change: LiveChange) => void): () => void {
  changeListeners.add(listener);
  return () => changeListeners.delete(listener);
}

/** Calls back with the state of the connection, at once and whenever it changes. Returns what ends that. */
export function onConnection(listener: (connection: Connection) => void): () => void {
  connectionListeners.add(listener);
  listener(connection);
  return () => connectionListeners.delete(listener);
}

function notify(change: LiveChange): void {
  for (const listener of [...changeListeners]) listener(change);
}

function setConnection(next: Connection): void {
  connection = next;
  for (const listener of [...connectionListeners]) listener(next);
}
