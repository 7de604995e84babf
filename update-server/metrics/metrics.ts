import { Counter, Gauge, Registry } from '@prometheus-io/client';

/** How a request is counted: by who may send it, and by the class of its status. */
export type Lane = 'hosts' | 'operators' | 'anyone';

/** Counters are raised as things happen; gauges are read from the store when they are scraped. */
export type Metrics = ReturnType<typeof createMetrics>;

/** Makes the counters of one server. */
export function createMetrics() {
  const registers = [new Registry()];
  const [registry] = registers as [Registry];
  const counter = <L extends string = never>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Counter({ name: `interlock_${name}`, help, labelNames: [...labelNames], registers });
  const gauge = <L extends string = never>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Gauge({ name: `interlock_${name}`, help, labelNames: [...labelNames], registers });
  const rollout = ['name', 'channel', 'arch', 'version'] as const;
  return {
    registry,
    requests: counter('requests_total', 'Requests by who may send them and class of answer', [
      'lane',
      'status',
    ]),
    shed: counter('shed_requests_total', 'Requests of hosts that were sent away while too many asked'),
    checkIns: counter('check_ins_total', 'Check-ins by what they were answered', ['decision']),
    enrollments: counter('enrolments_total', 'Hosts that enrolled'),
    grants: counter('grants_total', 'Grants requested, renewals included, by result', ['result']),
    reports: counter('reports_total', 'Reports of hosts by kind, repeats included', ['kind']),
    hosts: gauge('hosts', 'Approved hosts by what they run and where they stand', [
      'name',
      'channel',
      'version',
      'state',
    ]),
    hostsUnapproved: gauge('hosts_unapproved', 'Hosts that wait for approval'),
    hostsCloned: gauge('hosts_cloned', 'Hosts that share their credential'),
    rolloutState: gauge('rollout_state', 'One for the state a rollout is in', [...rollout, 'state']),
    rolloutPercent: gauge('rollout_percent', 'Percent of cohorts that may start', rollout),
    rolloutHosts: gauge(
      'rollout_hosts',
      'Hosts of a rollout: active, in_flight, confirmed, failed, and silent among these',
      [...rollout, 'what'],
    ),
    rolloutFailureRatio: gauge(
      'rollout_failure_ratio',
      'Failed of those done since the last resume',
      rollout,
    ),
    rolloutFailureLimit: gauge('rollout_failure_limit_ratio', 'Failure ratio above which it halts', rollout),
    metadataExpires: gauge('metadata_expires_timestamp_seconds', 'When a role’s signature ends', ['role']),
    metadataDue: gauge('metadata_due', 'One when less than a third of a signature’s life is left', ['role']),
    blobsDamaged: gauge(
      'blobs_damaged',
      'Files that published releases name and that are damaged or missing',
    ),
    diskFree: gauge('disk_free_bytes', 'Bytes free on the disk of the data folder'),
    diskReserve: gauge('disk_reserve_bytes', 'Bytes that uploads leave free for the database'),
    blobs: gauge('blobs', 'Files that published releases name'),
    blobBytes: gauge('blob_bytes', 'Bytes that published releases name'),
  };
}
