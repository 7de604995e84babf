import { Readable } from 'node:stream';
import type { HostFilter } from '../../../../protocol/api/dashboard.ts';
import type { HostSummary } from '../../../../protocol/api/operator.ts';
import { formatLabels } from '../../../../protocol/schema/format-labels.ts';
import { csvRecord } from '../../../../protocol/text/csv.ts';
import { visibleJson } from '../../../../protocol/text/visible.ts';
import type { Store } from '../../../store/interface/store.ts';

/** Where hosts are read, and as of when. */
export interface HostSource {
  store: Store;
  now(): Date;
}

/** Every host that fits, as a file: read and sent page by page, as fast as the reader takes it. */
export function exportHosts(ports: HostSource, filter: HostFilter, format: 'csv' | 'json'): Readable {
  return Readable.from(format === 'csv' ? csv(ports, filter) : json(ports, filter));
}

const pageSize = 1000;
const columns = [
  'id',
  'hostname',
  'name',
  'arch',
  'channel',
  'group',
  'version',
  'at',
  'lastSeen',
  'held',
  'pinned',
  'approved',
  'cloned',
  'decision',
  'offered',
  'labels',
] as const satisfies readonly (keyof HostSummary)[];

async function* csv(ports: HostSource, filter: HostFilter): AsyncGenerator<string> {
  yield `${columns.join(',')}\r\n`;
  for await (const hosts of pages(ports, filter)) {
    yield hosts.map((host) => `${csvRecord(columns.map((column) => cellOf(host[column])))}\r\n`).join('');
  }
}

async function* json(ports: HostSource, filter: HostFilter): AsyncGenerator<string> {
  let before = '[\n';
  for await (const hosts of pages(ports, filter)) {
    yield visibleJson(before + hosts.map((host) => JSON.stringify(host)).join(',\n'));
    before = ',\n';
  }
  yield before === '[\n' ? '[]\n' : '\n]\n';
}

async function* pages({ store, now }: HostSource, filter: HostFilter): AsyncGenerator<HostSummary[]> {
  for (let after = ''; ; ) {
    const hosts = await store.findHosts(filter, after, pageSize, now());
    if (hosts.length > 0) yield hosts;
    if (hosts.length < pageSize) return;
    after = hosts.at(-1)!.id;
  }
}

function cellOf(value: HostSummary[(typeof columns)[number]]): string | boolean | null | undefined {
  return typeof value === 'object' && value ? formatLabels(value) : value;
}
