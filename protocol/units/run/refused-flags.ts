import { type Flag, refused } from './flag.ts';

const onHost = 'a unit of the host (user-data, `units`), or an image whose overlay has one';
const byLimit = '--cpus and --memory';

/** What `docker run` has and swarm services lack. */
export const refusedFlags: readonly Flag[] = [
  refused(
    ['--privileged'],
    'nothing',
    'a service cannot have all rights',
    `--cap-add CAPABILITY, or ${onHost}`,
  ),
  refused(['--device'], 'value', 'a service has no devices', onHost),
  refused(['--device-cgroup-rule'], 'value', 'a service has no devices', onHost),
  refused(['--gpus'], 'value', 'a service has no devices', onHost),
  refused(['--pid'], 'value', 'a service sees its own processes alone', onHost),
  refused(
    ['--ipc'],
    'value',
    'a service shares no memory with others',
    '--shm-size, or one container for both',
  ),
  refused(['--uts'], 'value', 'a service has a host name of its own', '--hostname'),
  refused(['--userns'], 'value', 'the daemon of each machine decides that', '`userns-remap` in daemon.json'),
  refused(['--cgroupns'], 'value', 'the daemon of each machine decides that', onHost),
  refused(['--cgroup-parent'], 'value', 'the daemon of each machine decides that', `${byLimit}`),
  refused(
    ['--volumes-from'],
    'value',
    'the other container can be elsewhere',
    '-v NAME:/path with a named volume',
  ),
  refused(['--volume-driver'], 'value', 'services name it in --mount alone', '--mount'),
  refused(
    ['--link'],
    'value',
    'the other container can be elsewhere',
    '--network NAME: services of one network have names',
  ),
  refused(['--env-file'], 'value', 'the file is on one machine alone', '--env NAME=VALUE for each line'),
  refused(['--label-file'], 'value', 'the file is on one machine alone', '--label NAME=VALUE for each line'),
  refused(['--cidfile'], 'value', 'nothing writes it', 'nothing: leave it out'),
  refused(['--publish-all', '-P'], 'nothing', 'nobody knows the ports of the image', '-p PORT for each'),
  refused(['--security-opt'], 'value', 'services of older engines have none', onHost),
  refused(
    ['--runtime'],
    'value',
    'the daemon of each machine decides that',
    '`default-runtime` in daemon.json',
  ),
  refused(['--storage-opt'], 'value', 'a service has none', 'nothing: leave it out'),
  refused(['--ip'], 'value', 'swarm chooses addresses', 'the name of the service'),
  refused(['--ip6'], 'value', 'swarm chooses addresses', 'the name of the service'),
  refused(['--mac-address'], 'value', 'swarm chooses addresses', 'the name of the service'),
  refused(['--cpuset-cpus'], 'value', 'a service is not bound to processors', byLimit),
  refused(['--cpuset-mems'], 'value', 'a service is not bound to processors', byLimit),
  refused(['--cpu-shares', '-c'], 'value', 'a service has no weight', byLimit),
  refused(['--cpu-period'], 'value', 'a service has one limit', byLimit),
  refused(['--cpu-quota'], 'value', 'a service has one limit', byLimit),
  refused(['--blkio-weight'], 'value', 'a service has no weight', byLimit),
  refused(['--memory-swap'], 'value', 'a service has one limit', byLimit),
  refused(['--memory-swappiness'], 'value', 'a service has one limit', byLimit),
  refused(['--kernel-memory'], 'value', 'a service has one limit', byLimit),
  refused(['--oom-kill-disable'], 'nothing', 'swarm must be able to end it', byLimit),
  refused(['--oom-score-adj'], 'value', 'services of older engines have none', byLimit),
  refused(['--attach', '-a'], 'value', 'nobody is attached', 'nothing: leave it out'),
  refused(
    ['--platform'],
    'value',
    'swarm takes the machines that the image is for',
    'MachineMetadata=arch=arm64',
  ),
];
