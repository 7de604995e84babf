import { sign } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { etcdAuthorityFile } from '../../protocol/etcd/host-files.ts';
import { provenBy, type Signed, type WantedMode } from '../../protocol/etcd/signing.ts';
import { ifAbsent } from '../../system/files/read-error.ts';
import type { EtcdSettings } from '../config/settings.ts';
import { askToJoin, fetchAuthority } from './ask-signer.ts';
import type { HostEtcd } from './host-etcd.ts';
import { hostKey, keepSigned } from './host-files.ts';

/** Gets this host its certificates by its join secret, and keeps them. Asking again changes nothing. */
export async function getSigned(
  root: string,
  { signer, authority, join: secret }: EtcdSettings,
  { name, address }: Pick<HostEtcd, 'name' | 'address'>,
  mode: WantedMode,
): Promise<Signed> {
  const file = join(root, etcdAuthorityFile);
  const known = await readFile(file, 'utf8').catch(ifAbsent(file, undefined));
  const { privateKey, publicKey } = await hostKey(root);
  const ca = known ?? (await fetchAuthority(signer, authority));
  const request = { secret, mode, name, address, publicKey };
  const proof = sign('sha256', provenBy(request), privateKey).toString('base64');
  const signed = await askToJoin(signer, ca, { ...request, proof });
  await keepSigned(root, ca, signed);
  return signed;
}
