import { useEffect, useState } from 'preact/hooks';
import { type Connection, onConnection } from './events.ts';

/** The state of the connection to the server, for what looks different while it is away. */
export function useConnection(): Connection {
  const [connection, set] = useState<Connection>('off');
  useEffect(() => onConnection(set), []);
  return connection;
}
