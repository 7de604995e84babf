import { suggest } from '../../text/suggest.ts';
import type { Node } from '../../user-data/node.ts';
import type { PlannedFile } from '../../user-data/plan.ts';
import type { Report } from '../../user-data/report.ts';
import { kindOf, shown } from '../shape/shape.ts';

/** Flags of etcd 2 that today's etcd has too. */
const kept = [
  'name',
  'data-dir',
  'wal-dir',
  'snapshot-count',
  'heartbeat-interval',
  'election-timeout',
  'listen-peer-urls',
  'listen-client-urls',
  'max-snapshots',
  'max-wals',
  'cors',
  'initial-advertise-peer-urls',
  'initial-cluster',
  'initial-cluster-state',
  'initial-cluster-token',
  'discovery',
  'discovery-proxy',
  'discovery-fallback',
  'advertise-client-urls',
  'cert-file',
  'key-file',
  'client-cert-auth',
  'trusted-ca-file',
  'peer-cert-file',
  'peer-key-file',
  'peer-client-cert-auth',
  'peer-trusted-ca-file',
] as const;

/** etcd’s own public service, which no longer answers. */
const endedService = /^https?:\/\/discovery\.etcd\.io(\/|$)/;
const gone: Readonly<Record<string, string>> = {
  'discovery-srv': 'Write initial-cluster: with the names and peer URLs of all members, or discovery:.',
  proxy: 'Leave it out: clients name all members.',
  'ca-file': 'Write trusted-ca-file:.',
  'peer-ca-file': 'Write peer-trusted-ca-file:.',
};

/** `coreos: etcd2`, as the settings of the etcd member that images/core starts. */
export function readEtcd(node: Node, to: Report): PlannedFile | undefined {
  if (node.kind !== 'map')
    return to.error(
      node.at,
      `coreos: etcd2 is ${kindOf(node)} and should be a table`,
      'Write flags of etcd below it: name: one',
    );
  const lines: string[] = [];
  for (const { key: written, at, value } of node.entries) {
    const key = written.replaceAll('_', '-');
    if (Object.hasOwn(gone, key)) {
      to.error(at, `coreos: etcd2: ${written} has ended`, gone[key]!);
      continue;
    }
    if (!kept.some((each) => each === key)) {
      const meant = suggest(key.slice(0, 60), kept);
      to.error(
        at,
        `coreos: etcd2 has no key ${shown(written)}`,
        meant ? `Did you mean ${meant}?` : 'Write /etc/interlock/etcd.env by write_files.',
      );
      continue;
    }
    const text = value.kind === 'scalar' && value.value !== null ? value.source : undefined;
    if (text === undefined || /[\n"\\]/.test(text)) {
      to.error(
        value.at,
        `coreos: etcd2: ${written} is ${kindOf(value)}`,
        'Write one word, a number or a URL.',
      );
      continue;
    }
    if (key === 'discovery' && endedService.test(text)) {
      to.error(
        value.at,
        'coreos: etcd2: discovery.etcd.io has ended',
        'Write a URL of your own server: interlock discovery new --size 3',
      );
      continue;
    }
    lines.push(`ETCD_${key.replaceAll('-', '_').toUpperCase()}="${text}"\n`);
  }
  to.warn(
    node.at,
    'coreos: etcd2 is read as the settings of the etcd member of images/core',
    'Write /etc/interlock/etcd.env by write_files: lines such as ETCD_NAME=one.',
  );
  const content = Buffer.from(lines.join(''));
  return {
    path: '/etc/interlock/etcd.env',
    content,
    mode: 0o600,
    owner: 'root',
    group: 'root',
    append: false,
    deferred: false,
    at: node.at,
  };
}
