import { row } from './row.ts';

/** An etcd that forms by itself, and the signer of its hosts. */
export const etcdErrors = {
  signer_refused: row(
    'the signer signs nothing: {problem}',
    'Look at its hosts: interlock etcd hosts --keys DIR. A new secret is made by: interlock etcd join-secret new --keys DIR',
    403,
    77,
    'later',
  ),
  authority_differs: row(
    'the authority of {url} has the fingerprint {found}, and this host is to trust {expected}',
    'Either another machine answers there, or the setting etcd.authority is wrong: compare it with what `interlock keys etcd` printed.',
    409,
    77,
    'later',
  ),
  etcd_forming: row(
    'this host’s etcd is not formed yet: {problem}',
    'It goes on by itself: journalctl -u interlock-etcd shows what it waits for.',
    503,
    75,
    'later',
  ),
  etcd_quorum: row(
    'the members of etcd stay as they are because of {name}: {problem}',
    'Look at all of them: interlock etcd status --keys DIR. Bring back those that are down first.',
    409,
    75,
    'later',
  ),
  discovery_refused: row(
    '{url} lets this host not register: {problem}',
    'For a new cluster make a new token (`interlock discovery new`); a host in the place of a lost member is let in by `interlock etcd replace-member NAME --keys DIR`.',
    409,
    77,
    'later',
  ),
};
