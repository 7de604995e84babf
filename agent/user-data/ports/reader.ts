import type { SourceName } from '../../../protocol/documents/user-data-sources.ts';
import type { Found } from './found.ts';

/** One source: reads what it has for this host, or `null` where this machine has no such source. Throws why it cannot be read. */
export interface Reader {
  source: SourceName;
  read(signal: AbortSignal): Promise<Found | null>;
}
