import { createHash, createPublicKey } from 'node:crypto';
import type { JoinRequest } from '../../protocol/etcd/signing.ts';
import type { JoinedHost, JoinSecret, Register } from './register.ts';

/** A host that may have its certificate, or why not. */
export type Admission = { register: Register; host: JoinedHost } | { refused: string };

/** SHA-256 of a secret, as it is kept. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** SHA-256 of a public key. Throws for what is none. */
export function keyHashOf(pem: string): string {
  const spki = createPublicKey(pem).export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest('hex');
}

/**
 * Decides whether a host gets its certificate. The same key asks again without taking a second place, since a host may lose power
 * before it wrote down the answer; another key never gets a name or an address that somebody has.
 */
export function admit(register: Register, request: JoinRequest, now: Date): Admission {
  const key = keyHashOf(request.publicKey);
  const secret = register.secrets.find(({ hash }) => hash === hashOf(request.secret));
  if (!secret) return { refused: 'it does not know this join secret' };
  const known = register.hosts.find((host) => host.key === key);
  if (known) return again(register, known, request, secret, now);
  const lost = register.replacing;
  if (lost && lost.name === request.name && now < new Date(lost.until))
    return replace(register, request, key, now);
  if (now >= new Date(secret.expires)) return { refused: `the join secret ended at ${secret.expires}` };
  if (secret.hosts === 0) return { refused: 'the join secret has let in as many hosts as it may' };
  const taken = takenBy(register, request);
  if (taken) return { refused: taken };
  return enter(register, request, secret, key, now);
}

function again(
  register: Register,
  known: JoinedHost,
  request: JoinRequest,
  secret: JoinSecret,
  now: Date,
): Admission {
  if (known.name !== request.name) return { refused: `this key belongs to ${known.name}` };
  const taken = takenBy({ ...register, hosts: without(register, known) }, request);
  if (taken) return { refused: taken };
  // a member may still become a client, as long as it has not joined: its place is free again
  const isDemoted = known.mode === 'member' && request.mode === 'client';
  const isPromoted = known.mode === 'client' && request.mode === 'member';
  if (isPromoted) return { refused: `${known.name} has joined as a client` };
  const host: JoinedHost = {
    ...known,
    ...(isDemoted && { mode: 'client' }),
    address: request.address,
    signed: now.toISOString(),
  };
  const secrets = isDemoted ? spend(register, secret, { hosts: 0, members: -1 }) : register.secrets;
  return { register: { ...register, secrets, hosts: [...without(register, known), host] }, host };
}

function enter(
  register: Register,
  request: JoinRequest,
  secret: JoinSecret,
  key: string,
  now: Date,
): Admission {
  const isMember = request.mode === 'member' || (request.mode === 'auto' && secret.members > 0);
  if (isMember && secret.members === 0)
    return { refused: 'the join secret has let in as many members as it may' };
  const host = newHost(request, key, isMember ? 'member' : 'client', false, now);
  const secrets = spend(register, secret, { hosts: 1, members: isMember ? 1 : 0 });
  return { register: { ...register, secrets, hosts: [...register.hosts, host] }, host };
}

/** An operator said that the member of this name is lost, and that its successor comes within the hour. */
function replace(register: Register, request: JoinRequest, key: string, now: Date): Admission {
  const others = register.hosts.filter(({ name }) => name !== request.name);
  const taken = takenBy({ ...register, hosts: others }, request);
  if (taken) return { refused: taken };
  if (request.mode === 'client') return { refused: `${request.name} is to be a member again, not a client` };
  const host = newHost(request, key, 'member', true, now);
  return { register: { ...register, replacing: null, hosts: [...others, host] }, host };
}

function newHost(
  { name, address, secret }: JoinRequest,
  key: string,
  mode: JoinedHost['mode'],
  replaces: boolean,
  now: Date,
): JoinedHost {
  return { name, address, mode, key, secret: hashOf(secret), replaces, signed: now.toISOString() };
}

function takenBy({ hosts }: Pick<Register, 'hosts'>, { name, address }: JoinRequest): string | undefined {
  const other = hosts.find((host) => host.name === name || host.address === address);
  if (!other) return undefined;
  const what = other.name === name ? `the name ${name}` : `the address ${address} (${other.name})`;
  return `another host has ${what}; one that is gone for good is forgotten by: interlock etcd forget ${other.name}`;
}

function without({ hosts }: Register, host: JoinedHost): JoinedHost[] {
  return hosts.filter((each) => each !== host);
}

function spend(
  { secrets }: Register,
  secret: JoinSecret,
  by: { hosts: number; members: number },
): JoinSecret[] {
  const rest = { ...secret, hosts: secret.hosts - by.hosts, members: secret.members - by.members };
  return secrets.map((each) => (each === secret ? rest : each));
}
