import { fleetLockPrefix } from '../lock/fleet-lock.ts';
import { lockPrefix } from '../lock/lock-value.ts';

/** Where containers that run are registered, by their service's name. */
export const servicesPrefix = '/services/';

/** The same again, as DNS servers read it. */
export const skydnsPrefix = '/skydns/';

/** What a swarm's hosts tell each other; whoever is no manager sees nothing but the folder for workers. */
export const swarmPrefix = '/interlock/swarm/';
/** What lets a host into the swarm as a worker. */
export const swarmWorkerPrefix = `${swarmPrefix}worker/`;
/** What lets a host into the swarm as a manager. */
export const swarmManagerPrefix = `${swarmPrefix}manager/`;

/** A range of keys that a role may read, or also write. */
export interface Grant {
  prefix: string;
  permission: 'READ' | 'READWRITE';
}

const writes = (prefix: string): Grant => ({ prefix, permission: 'READWRITE' });

/** etcd's users, each with a role of its name, and what that role may do; `root`, whom etcd itself knows, may do everything. */
export const etcdRoles = {
  /** The agent's reboot lock. */
  lock: [writes(lockPrefix)],
  /** Registration of services. */
  register: [writes(servicesPrefix), writes(skydnsPrefix)],
  /** A host that joins the swarm as a worker. */
  worker: [{ prefix: swarmWorkerPrefix, permission: 'READ' }],
  /** A host that forms the swarm, or joins it as a manager. */
  swarm: [writes(swarmPrefix)],
  /** A person, and `interlock serve` with FleetLock: everything that is ours, and nobody else's keys. */
  operator: [
    writes(lockPrefix),
    writes(fleetLockPrefix),
    writes(swarmPrefix),
    writes(servicesPrefix),
    writes(skydnsPrefix),
  ],
} as const satisfies Record<string, readonly Grant[]>;

/** A user of etcd that is not `root`. */
export type EtcdUser = keyof typeof etcdRoles;

/** The users whose passwords a host is given: a member holds all data and could read them without any, and it makes the users. */
export const usersOfHost = {
  member: ['root', 'lock', 'register', 'worker', 'swarm', 'operator'],
  client: ['lock', 'register', 'worker'],
} as const satisfies Record<string, readonly (EtcdUser | 'root')[]>;
