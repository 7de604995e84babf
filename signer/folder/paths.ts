import { join } from 'node:path';

/** Where things lie in the folder of an authority for etcd. */
export function authorityPaths(dir: string) {
  return {
    key: join(dir, 'authority.key'),
    certificate: join(dir, 'authority.crt'),
    peerKey: join(dir, 'peer-authority.key'),
    peerCertificate: join(dir, 'peer-authority.crt'),
    users: join(dir, 'users.json'),
    register: join(dir, 'register.json'),
    lock: join(dir, 'register.lock'),
  };
}
