import type { ContainerSpec } from '../spec/service-spec.ts';
import { splitWords } from '../text/split-words.ts';
import { type Flag, switched as switchedOf, taken as takenOf } from './flag.ts';
import { countOf, mountOf, pairOf, spanOf, tmpfsOf, ulimitOf, volumeOf } from './values.ts';

type Change = (container: ContainerSpec, value: string) => void;

function taken(names: Flag['names'], says: string, change: Change, rest = {}): Flag {
  return takenOf(names, says, (spec, value) => change(spec.TaskTemplate.ContainerSpec, value), rest);
}

function switched(names: Flag['names'], says: string, change: (container: ContainerSpec) => void): Flag {
  return switchedOf(names, says, (spec) => change(spec.TaskTemplate.ContainerSpec));
}

const templated = { isTemplated: true } as const;

/** What is said of the container itself. */
export const containerFlags: readonly Flag[] = [
  taken(['--env', '-e'], 'environment', (container, value) => void container.Env.push(value), templated),
  taken(
    ['--hostname', '-h'],
    'host name',
    (container, value) => {
      container.Hostname = value;
    },
    templated,
  ),
  taken(
    ['--volume', '-v'],
    'mount; a folder of the host must be on every machine',
    (container, value) => void container.Mounts.push(volumeOf(value)),
    templated,
  ),
  taken(['--mount'], 'mount', (container, value) => void container.Mounts.push(mountOf(value)), templated),
  taken(['--tmpfs'], 'mount of type tmpfs', (container, value) => void container.Mounts.push(tmpfsOf(value))),
  taken(
    ['--shm-size'],
    'tmpfs at /dev/shm',
    (container, value) => void container.Mounts.push(tmpfsOf(`/dev/shm:size=${value}`)),
  ),
  taken(['--label', '-l'], 'label of the containers', (container, value) => {
    const [key, text] = pairOf(value);
    container.Labels[key] = text;
  }),
  taken(['--workdir', '-w'], 'working folder', (container, value) => {
    container.Dir = value;
  }),
  taken(['--user', '-u'], 'user', (container, value) => {
    container.User = value;
  }),
  taken(['--group-add'], 'further group', (container, value) => void container.Groups.push(value)),
  taken(['--entrypoint'], 'command in place of the image’s', (container, value) => {
    container.Command = splitWords(value);
  }),
  switched(['--tty', '-t'], 'terminal', (container) => {
    container.TTY = true;
  }),
  switched(['--interactive', '-i'], 'open input', (container) => {
    container.OpenStdin = true;
  }),
  switched(['--read-only'], 'root file system for reading', (container) => {
    container.ReadOnly = true;
  }),
  switched(['--init'], 'an init in the container', (container) => {
    container.Init = true;
  }),
  taken(['--cap-add'], 'capability', (container, value) => void container.CapabilityAdd.push(value)),
  taken(['--cap-drop'], 'capability less', (container, value) => void container.CapabilityDrop.push(value)),
  taken(['--sysctl'], 'kernel setting', (container, value) => {
    const [key, text] = pairOf(value);
    container.Sysctls[key] = text;
  }),
  taken(
    ['--ulimit'],
    'limit of processes',
    (container, value) => void container.Ulimits.push(ulimitOf(value)),
  ),
  taken(['--stop-signal'], 'signal that stops it', (container, value) => {
    container.StopSignal = value;
  }),
  taken(['--stop-timeout'], 'seconds until it is killed', (container, value) => {
    container.StopGracePeriod = countOf(value) * 1e9;
  }),
  ...healthFlags(),
];

function healthFlags(): Flag[] {
  type Check = NonNullable<ContainerSpec['Healthcheck']>;
  const health = (name: string, says: string, change: (value: string) => Check) =>
    taken([name], says, (container, value) => {
      container.Healthcheck = { ...container.Healthcheck, ...change(value) };
    });
  return [
    health('--health-cmd', 'health check', (value) => ({ Test: ['CMD-SHELL', value] })),
    health('--health-interval', 'time between checks', (value) => ({ Interval: spanOf(value) })),
    health('--health-timeout', 'time of one check', (value) => ({ Timeout: spanOf(value) })),
    health('--health-start-period', 'time before checks count', (value) => ({ StartPeriod: spanOf(value) })),
    health('--health-retries', 'failures until it is replaced', (value) => ({ Retries: countOf(value) })),
    switched(['--no-healthcheck'], 'no health check of the image’s', (container) => {
      container.Healthcheck = { Test: ['NONE'] };
    }),
  ];
}
