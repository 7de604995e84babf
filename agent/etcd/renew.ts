import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  clientEnvironmentFile,
  etcdAuthorityFile,
  hostCertificateFile,
  hostKeyFile,
} from '../../protocol/etcd/host-files.ts';
import { writeDurably } from '../../system/files/durable.ts';
import { privateFile } from '../../system/files/private-files.ts';
import type { EtcdSettings } from '../config/settings.ts';
import { askToRenew } from './ask-signer.ts';
import { clientEnvironment } from './environment.ts';
import { getSigned } from './get-signed.ts';
import { type HostEtcd, writeHostEtcd } from './host-etcd.ts';
import { keepSigned } from './host-files.ts';

/**
 * Renews this host's certificates once two thirds of their life are over, by the present one; etcd reads them anew by itself. One that
 * has ended is asked for by the join secret again, which the same key may use at any time.
 */
export async function renewHost(
  root: string,
  settings: EtcdSettings,
  state: HostEtcd,
  now: Date,
  always = false,
): Promise<boolean> {
  const [ca, certificate, key] = (await Promise.all(
    [etcdAuthorityFile, hostCertificateFile, hostKeyFile].map((file) => readFile(join(root, file), 'utf8')),
  )) as [string, string, string];
  const { validFromDate, validToDate } = new X509Certificate(certificate);
  const left = validToDate.getTime() - now.getTime();
  const isDue = left < (validToDate.getTime() - validFromDate.getTime()) / 3;
  if (!isDue && !always) return false;
  const mode = state.mode ?? settings.mode;
  const signed =
    left > 0
      ? await askToRenew(settings.signer, ca, { certificate, key })
      : await getSigned(root, settings, state, mode);
  await keepSigned(root, ca, signed);
  return true;
}

/** Notes who the members are now, for a day when all that are known are gone. */
export async function noteMembers(
  root: string,
  state: HostEtcd,
  members: readonly { name: string; address: string }[],
): Promise<void> {
  if (members.length === 0 || JSON.stringify(members) === JSON.stringify(state.members)) return;
  await writeDurably(join(root, clientEnvironmentFile), clientEnvironment(root, members), privateFile);
  await writeHostEtcd(root, { ...state, members: [...members] });
}
