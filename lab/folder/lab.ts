import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Static, Type } from 'typebox';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { parse, strict, Word } from '../../protocol/schema/schema.ts';
import { writeDurably } from '../../system/files/durable.ts';
import { ifAbsent } from '../../system/files/read-error.ts';

const Port = Type.Integer({ minimum: 1, maximum: 65_535 });
const Forward = strict({ here: Port, there: Port });

const LabHost = strict({
  name: Type.String(),
  uuid: Type.String(),
  /** MiB. */
  memory: Type.Integer({ minimum: 1 }),
  ssh: Port,
  forwards: Type.Array(Forward),
  /** The file that was copied when the host was made; null for none. */
  userData: Type.Union([Type.String(), Type.Null()]),
});

const Lab = strict({
  format: Type.Literal(1),
  /** Random: tells the hosts of two labs apart. */
  id: Type.String(),
  source: strict({ kind: Type.Enum(['release', 'image']), folder: Type.String() }),
  keys: Type.String(),
  channel: Word,
  stateSize: Type.Optional(Type.String()),
  server: Port,
  /** Of the hosts; absent until the lab knows its release. `members` is 0 for none. */
  etcd: Type.Optional(strict({ members: Type.Integer({ minimum: 0 }), signer: Port })),
  hosts: Type.Array(LabHost),
});

/** A host of a lab, as it was made. */
export type LabHost = Static<typeof LabHost>;

/** What a lab remembers from one command to the next. */
export type Lab = Static<typeof Lab>;

/** Files of a lab, in its folder. */
export function labPaths(folder: string) {
  const path = (name: string) => join(folder, name);
  return {
    memory: path('lab.json'),
    lock: path('lab.lock'),
    keys: path('keys'),
    releases: path('releases'),
    sshKey: path('ssh-key'),
    knownHosts: path('known-hosts'),
    disk: path('disk.raw'),
    network: path('network'),
    switch: { state: path('network/network.json'), record: path('network/switch.pid') },
    server: { data: path('server'), record: path('server.pid'), log: path('server.log') },
    join: path('join-token'),
    admin: path('admin-token'),
    etcdKeys: path('etcd-keys'),
    etcdAuthority: path('etcd-authority'),
    etcdInvitation: path('etcd-invitation.json'),
    signer: { record: path('signer.pid'), log: path('signer.log') },
    host: (name: string) => path(name),
  };
}

/** Reads what is remembered; undefined where no lab is. */
export async function readLab(folder: string): Promise<Lab | undefined> {
  const { memory } = labPaths(folder);
  const text = await readFile(memory, 'utf8').catch(ifAbsent(memory, ''));
  return text ? parse(Lab, JSON.parse(text), memory) : undefined;
}

/** The same for verbs that need a lab. Throws `lab_missing`. */
export async function requireLab(folder: string): Promise<Lab> {
  const lab = await readLab(folder);
  if (!lab) throw new InterlockError('lab_missing', { folder });
  return lab;
}

/** Remembers it. */
export async function writeLab(folder: string, lab: Lab): Promise<void> {
  await writeDurably(labPaths(folder).memory, `${JSON.stringify(lab, null, 1)}\n`, 0o600);
}

/** A host of the lab by its name. Throws `not_found`. */
export function hostOf(lab: Lab, name: string): LabHost {
  const found = lab.hosts.find((host) => host.name === name);
  if (found) return found;
  const known = `; this lab has ${lab.hosts.map((host) => host.name).join(', ')}`;
  throw new InterlockError('not_found', { what: `host ${name}`, known });
}
