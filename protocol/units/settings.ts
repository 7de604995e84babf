import type { ServiceSpec } from './spec/service-spec.ts';
import { Refusal } from './text/split-words.ts';
import { nanosecondsOf } from './text/time-span.ts';

/** What a setting of a unit becomes. */
export interface Setting {
  section: string;
  /** All keys that are treated alike; the first is the one that the documents show. */
  keys: readonly [string, ...string[]];
  /** For the documents. */
  says: string;
  instead?: string;
  apply(spec: ServiceSpec, value: string, key: string): void;
}

/** Units that every host of the swarm has started before it takes services. */
const alwaysThere =
  /^(docker|containerd|early-docker|etcd2?|flanneld|fleet|network|network-online|local-fs|remote-fs|multi-user|basic|time-sync)\.(service|socket|target)$/;

const ignore = () => {};

function refuse(section: string, keys: Setting['keys'], says: string, instead: string): Setting {
  const apply = (_: ServiceSpec, __: string, key: string) => {
    throw new Refusal(`${key}= cannot be translated: ${says}`, instead);
  };
  return { section, keys, says, instead, apply };
}

function needless(section: string, keys: Setting['keys'], says: string): Setting {
  return { section, keys, says, apply: ignore };
}

const limits: Readonly<Record<string, ServiceSpec['TaskTemplate']['RestartPolicy']['Condition']>> = {
  no: 'none',
  'on-success': 'any',
  'on-failure': 'on-failure',
  'on-abnormal': 'on-failure',
  'on-abort': 'on-failure',
  'on-watchdog': 'on-failure',
  always: 'any',
};

/** Settings besides commands, environment and `[X-Fleet]`. What is not here is refused. */
export const settings: readonly Setting[] = [
  {
    ...{ section: 'Unit', keys: ['Description'], says: 'label `interlock.description` of the service' },
    apply: ({ Labels }, value) => {
      Labels['interlock.description'] = value;
    },
  },
  needless('Unit', ['Documentation'], 'has no effect'),
  {
    ...{ section: 'Unit', keys: ['After', 'Requires', 'Wants', 'Before', 'Requisite'] },
    says: 'has no effect for what every host has (`docker.service`, `network-online.target`, `etcd.service`); other units are refused',
    apply(_, value, key) {
      const other = value.split(/\s+/).find((unit) => unit !== '' && !alwaysThere.test(unit));
      if (other === undefined) return;
      throw new Refusal(
        `${key}=${other} cannot be translated: services start in any order, on any machine`,
        'a program that waits for what it needs, and finds it by name',
      );
    },
  },
  refuse(
    'Unit',
    ['BindsTo', 'PartOf', 'Upholds', 'OnFailure', 'PropagatesStopTo'],
    'a service does not end with another one',
    'one container for both; registration needs no unit beside it',
  ),
  needless(
    'Unit',
    ['StartLimitIntervalSec', 'StartLimitBurst', 'StartLimitInterval'],
    'has no effect: swarm restarts without a limit',
  ),
  {
    ...{ section: 'Service', keys: ['Restart'] },
    says: 'restart condition; without it `on-failure`. `no` also means: not elsewhere when the machine dies',
    apply({ TaskTemplate: { RestartPolicy } }, value) {
      const condition = limits[value];
      if (!condition) throw new Refusal(`Restart=${value} is not known`, 'Restart=always');
      RestartPolicy.Condition = condition;
    },
  },
  {
    ...{ section: 'Service', keys: ['RestartSec'], says: 'restart delay; without it 5 s' },
    apply: ({ TaskTemplate: { RestartPolicy } }, value) => {
      RestartPolicy.Delay = nanosecondsOf(value);
    },
  },
  {
    ...{
      section: 'Service',
      keys: ['TimeoutStopSec'],
      says: 'time until the container is killed; without it 10 s',
    },
    apply: ({ TaskTemplate: { ContainerSpec } }, value) => {
      ContainerSpec.StopGracePeriod = nanosecondsOf(value);
    },
  },
  {
    ...{ section: 'Service', keys: ['KillSignal'], says: 'signal that stops the container' },
    apply: ({ TaskTemplate: { ContainerSpec } }, value) => {
      ContainerSpec.StopSignal = value;
    },
  },
  {
    ...{ section: 'Service', keys: ['Type'], says: 'has no effect; `oneshot` is refused' },
    apply(_, value) {
      if (value === 'oneshot')
        throw new Refusal('Type=oneshot cannot be translated: a service goes on', 'Type=simple');
    },
  },
  needless(
    'Service',
    ['TimeoutStartSec', 'TimeoutSec'],
    'has no effect: an image is fetched for as long as it takes',
  ),
  needless(
    'Service',
    [
      'StartLimitInterval',
      'StartLimitBurst',
      'KillMode',
      'NotifyAccess',
      'RemainAfterExit',
      'SyslogIdentifier',
    ],
    'has no effect: they are about the client of Docker, not the container',
  ),
  needless(
    'Service',
    ['StandardOutput', 'StandardError'],
    'has no effect: `interlock units journal` shows both',
  ),
  refuse(
    'Service',
    ['EnvironmentFile', 'PassEnvironment'],
    'the file is on one machine alone',
    'Environment=NAME=VALUE',
  ),
  refuse(
    'Service',
    ['User', 'Group', 'WorkingDirectory'],
    'it is about the client of Docker',
    '--user, --workdir of docker run',
  ),
  refuse(
    'Service',
    ['MemoryMax', 'MemoryLimit', 'CPUQuota', 'TasksMax'],
    'it is about the client of Docker',
    '--memory, --cpus, --pids-limit of docker run',
  ),
  needless(
    'Install',
    ['WantedBy', 'RequiredBy', 'Also', 'Alias'],
    'has no effect: a service starts when it is told to',
  ),
  refuse(
    'X-Fleet',
    ['MachineOf', 'X-ConditionMachineOf'],
    'services do not follow each other',
    'MachineMetadata= in both, or one container for both',
  ),
  refuse(
    'X-Fleet',
    ['MachineID', 'MachineBootID', 'X-ConditionMachineID', 'X-ConditionMachineBootID'],
    'swarm knows machines by labels',
    'MachineMetadata=NAME=VALUE, and the label on that machine alone',
  ),
  refuse(
    'X-Fleet',
    ['Replaces'],
    'services do not drive each other away',
    'interlock units stop OTHER, before the start',
  ),
];
