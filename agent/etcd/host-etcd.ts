import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Static, Type } from 'typebox';
import { etcdFolder, etcdStateFile } from '../../protocol/etcd/host-files.ts';
import { KnownMember } from '../../protocol/etcd/signing.ts';
import { orNull, parseJson } from '../../protocol/schema/schema.ts';
import { writeDurably } from '../../system/files/durable.ts';
import { privateFile } from '../../system/files/private-files.ts';
import { ifAbsent } from '../../system/files/read-error.ts';

/** What a host knows of the etcd it is in. Later formats may add keys. */
export const HostEtcd = Type.Object({
  format: Type.Literal(1),
  name: Type.String(),
  address: Type.String(),
  /** By which the discovery knows this host, and nobody else does: asked again after a power cut, it is recognised. */
  registration: Type.String({ pattern: '^[0-9a-f]{16}$' }),
  /** null until the signer has signed. */
  mode: orNull(Type.Enum(['member', 'client'])),
  /** It comes in the place of a member that was lost. */
  replaces: Type.Boolean(),
  members: Type.Array(KnownMember),
  /** Everything that etcd starts with is written. */
  ready: Type.Boolean(),
});
export type HostEtcd = Static<typeof HostEtcd>;

/** Reads it; null on a host that has no etcd or has not begun. */
export async function readHostEtcd(root: string): Promise<HostEtcd | null> {
  const file = join(root, etcdStateFile);
  const text = await readFile(file, 'utf8').catch(ifAbsent(file, null));
  return text === null ? null : parseJson(HostEtcd, text, file);
}

/** Keeps it. */
export async function writeHostEtcd(root: string, state: HostEtcd): Promise<HostEtcd> {
  await mkdir(join(root, etcdFolder), { recursive: true, mode: 0o755 });
  await writeDurably(join(root, etcdStateFile), `${JSON.stringify(state, null, 1)}\n`, privateFile);
  return state;
}
