import { row } from './row.ts';

/** Docker, its swarm, and units that run on it. */
export const dockerErrors = {
  unit_untranslatable: row(
    '{file} cannot run as a service: {count}{lines}',
    'Nothing was changed. Change these lines; docs/reference/units.md lists what is translated.',
    400,
    65,
    'never',
  ),
  docker_refused: row(
    'Docker at {host} refused it: {problem}',
    'Mend what it says, and repeat the command.',
    409,
    69,
    'never',
  ),
  swarm_missing: row(
    'Docker at {host} is not a manager of a swarm',
    'Name a manager with --docker ssh://root@HOST, or start a swarm: docker swarm init',
    409,
    69,
    'never',
  ),
  unit_not_running: row(
    '{unit} does not run yet: {problem}',
    'Swarm goes on trying. See interlock units status {unit}, and interlock units journal {unit}',
    504,
    69,
    'later',
  ),
  swarm_waiting: row(
    'this host is not in the swarm yet: {problem}',
    'It tries again by itself. If that host is gone for good, see docs/how-to/form-a-swarm.md.',
    409,
    75,
    'later',
  ),
  swarm_other: row(
    'this host is in swarm {found}, and etcd names another one: {published}',
    'Decide which one stays. To give up this host’s: docker swarm leave --force',
    409,
    69,
    'never',
  ),
  swarm_quorum: row(
    'without this host {reachable} of {managers} managers stay, and they could decide nothing',
    'Bring the other managers back first: docker node ls',
    409,
    75,
    'later',
  ),
};
