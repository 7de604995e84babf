import { row } from './row.ts';

/** The lock of a group and the etcd that holds it. */
export const lockErrors = {
  lock_unset: row(
    'no lock is configured, so this host does not reboot',
    'In a file in /etc/interlock/agent.d set [lock] kind = "etcd" and endpoints, or kind = "none" for a host that can reboot at any time.',
    500,
    78,
    'never',
  ),
  lock_unknown: row(
    'the outcome of the lock’s transaction is unknown: {problem}',
    'Hosts try again by themselves. After a command, check `interlock lock status` and repeat it; repeating is safe.',
    503,
    75,
    'later',
  ),
  lock_damaged: row(
    'the lock of group {group} (etcd key {key}) cannot be read: {problem}',
    'No host of the group reboots until it is repaired. See the last readable value, then write it back: interlock lock reset --group {group} --etcd URLS',
    409,
    65,
    'later',
  ),
  etcd_no_space: row(
    '{url}: the etcd database is full (alarm NOSPACE), so no place can be taken or returned',
    'At one of the members run `etcdctl compact REVISION`, `etcdctl defrag --cluster`, `etcdctl alarm disarm`; get REVISION from `etcdctl endpoint status --write-out=json`.',
    507,
    75,
    'later',
  ),
  lock_stranded: row(
    'the lock of group {group} has a place for this host from boot {boot}, which the host does not remember; to release it: interlock lock release {host} --yes --group {group} --etcd {etcd}',
    'Check that this host is healthy, then run that command. The host never releases this place by itself.',
    409,
    77,
    'later',
  ),
  etcd_rewound: row(
    'etcd cluster {cluster} is at revision {found}, but was at {seen} before',
    'It was restored from a snapshot. When no host of the group is rebooting, run: interlock-agent lock acknowledge --yes',
    409,
    77,
    'never',
  ),
  etcd_other: row(
    '{url} belongs to etcd cluster {found} instead of {cluster}',
    'Remove the wrong address from the list. If the host’s place is in the other cluster, let the host reach that one; if it is gone for good, run: interlock-agent lock acknowledge --move --yes',
    409,
    77,
    'later',
  ),
  fleetlock_off: row(
    'FleetLock is off here: the server knows no etcd',
    'Start it with interlock serve --etcd URLS.',
    404,
    78,
    'never',
  ),
  fleetlock_group: row(
    'FleetLock group {group} has no places',
    'Give it some: interlock lock slots 1 --fleetlock --group {group} --etcd URLS',
    404,
    66,
    'later',
  ),
  fleetlock_full: row(
    '{taken} of {slots} places of FleetLock group {group} are taken',
    'Hosts ask again by themselves. To see who holds them: interlock lock status --fleetlock --group {group} --etcd URLS',
    409,
    75,
    'later',
  ),
  fleetlock_damaged: row(
    'the lock of FleetLock group {group} (etcd key {key}) cannot be read: {problem}',
    'No host of the group reboots until it is repaired. When none is down, delete the key (etcdctl del {key}) and give the group its places again: interlock lock slots',
    409,
    65,
    'later',
  ),
  lock_quorum: row(
    'a reboot of this host would break the etcd quorum: {problem}',
    'The host waits until enough other members are healthy.',
    409,
    75,
    'later',
  ),
};
