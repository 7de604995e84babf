import { randomBytes } from 'node:crypto';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { hashOf } from './admit.ts';
import { changeRegister } from './change-register.ts';

/** How many hosts a secret lets in, and for how long. */
export interface Terms {
  hosts: number;
  members: number;
  ttlMs: number;
}

/** How long a host may come in the place of a member that was lost. */
const replacingMs = 60 * 60 * 1000;

/** Makes a join secret. It is shown once; the folder keeps its hash. */
export async function newJoinSecret(
  dir: string,
  { hosts, members, ttlMs }: Terms,
  now: Date,
): Promise<{ secret: string; expires: string }> {
  const secret = randomBytes(20).toString('base64url');
  const expires = new Date(now.getTime() + ttlMs).toISOString();
  await changeRegister(dir, (register) => ({
    register: {
      ...register,
      secrets: [...register.secrets, { hash: hashOf(secret), hosts, members, expires }],
    },
  }));
  return { secret, expires };
}

/** Lets go of a host: it cannot renew its certificate, and another one can have its name and address. */
export async function forgetHost(dir: string, name: string): Promise<void> {
  await changeRegister(dir, (register) => {
    const hosts = register.hosts.filter((host) => host.name !== name);
    if (hosts.length === register.hosts.length)
      throw new InterlockError('not_found', { what: `a host ${name} in ${dir}` });
    return { register: { ...register, hosts } };
  });
}

/** Lets a host of this name come in the place of a member that was lost, with the secret of its user-data, for an hour. */
export async function allowReplacing(dir: string, name: string, now: Date): Promise<void> {
  const until = new Date(now.getTime() + replacingMs).toISOString();
  await changeRegister(dir, (register) => ({ register: { ...register, replacing: { name, until } } }));
}
