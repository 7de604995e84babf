import type { Attention } from '../../protocol/desk.ts';
import { formatBytes } from '../../system/terminal.ts';
import type { Ports } from '../ports.ts';

/** What is wrong with this server and does not stop its work: said on the page, in `/readyz` and in metrics. */
export interface Trouble {
  kind: Extract<Attention['kind'], 'disk_low' | 'blobs_damaged'>;
  text: string;
}

/** Looks for all of it. */
export function troublesOf({ room }: Pick<Ports, 'room'>): Trouble[] {
  if (!room?.isLow()) return [];
  const { free, reserve } = room.state();
  const text = `The server’s disk has ${formatBytes(free)} free and keeps ${formatBytes(reserve)} for its database: uploads are refused. Make room.`;
  return [{ kind: 'disk_low', text }];
}
