import { expect, test } from 'vitest';
import type { Client } from '../../../cli/client/client.ts';
import { findHost, findRollout } from '../../../cli/client/find-id.ts';
import { hostList } from '../../../cli/format/host-list.ts';
import { describeHost } from '../../../cli/format/host-text.ts';
import type { HostDetail } from '../../../protocol/api/operator.ts';
import { formatList } from '../../../system/list/format-list.ts';
import { formatTime } from '../../../system/terminal/format-time.ts';

const id = (digit: string) => `${digit.repeat(8)}-0000-4000-8000-000000000000`;
const hosts = [
  { id: id('a'), hostname: 'web-1' },
  { id: `${'a'.repeat(7)}b-0000-4000-8000-000000000000`, hostname: 'web-10' },
  { id: id('c'), hostname: 'db' },
];
/** A server that knows these. */
const client = {
  get: async (path: string) =>
    path.startsWith('v1/hosts') ? { hosts } : { rollouts: hosts.map(({ id }) => ({ id })) },
} as Pick<Client, 'get'> as Client;

test.each([
  ['web-1', id('a')],
  ['cccc', id('c')],
  [id('d'), id('d')],
])('%s is one host', async (text, expected) => {
  expect(await findHost(client, text)).toBe(expected);
});

test('what is nobody’s or several hosts’ is refused', async () => {
  await expect(findHost(client, 'web')).rejects.toMatchObject({ code: 'not_found' });
  await expect(findHost(client, 'aaaa')).rejects.toMatchObject({ code: 'usage' });
  await expect(findRollout(client, 'aaaaaaaab')).rejects.toMatchObject({ code: 'not_found' });
  expect(await findRollout(client, 'aaaaaaab')).toBe(hosts[1]!.id);
});

const report = { id: 'r', from: '1', version: '2', received: '', at: '2026-03-01T12:00:00Z' };
const detail =
  'health check 10-web: ended with 1: no answer on port 80, nor on any other that this host has open';
const host = {
  ...{ id: id('a'), hostname: 'web-1', name: 'core', arch: 'x86-64', channel: 'stable', group: 'web' },
  ...{ version: '1', at: 'idle', lastSeen: '2026-03-01T12:00:10Z', held: false, pinned: null },
  ...{ approved: true, cloned: false, decision: 'failed_here', offered: null, failed: ['2'] },
  ...{ trouble: null, cancelled: [], machineId: 'm', enrolled: '', bootId: null, rootHash: null, grants: [] },
  why: 'The next version failed on this host and is not tried again.',
  reports: [{ ...report, kind: 'fell_back', detail }],
} as HostDetail;

test('a host says in whole words how it failed last', () => {
  const text = describeHost(host);
  const at = formatTime('2026-03-01T12:00:00Z');
  expect(text.replace(/\s+/g, ' ')).toContain(`last failure 2 at ${at}: ${detail}`);
  expect(text).toContain(`fell_back  2 → 1    ${detail}`);
});

test('a table of hosts is no wider than the terminal', () => {
  for (const line of formatList(hostList, [host], undefined, 80).split('\n'))
    expect(line.length).toBeLessThanOrEqual(80);
});

test('a failure that a later success made good is not held against a host', () => {
  const good = {
    ...host,
    reports: [{ ...report, kind: 'confirmed', detail: '' }, ...host.reports],
  } as HostDetail;
  expect(describeHost(good)).not.toContain('last failure');
});
