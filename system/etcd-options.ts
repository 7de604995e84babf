import { readFile } from 'node:fs/promises';
import { type Etcd, openEtcd } from './etcd.ts';

/** How a person names an etcd on a command line: files stay files until they are needed. */
export interface EtcdFlags {
  /** Client URLs, separated by commas. */
  etcd: string;
  ca?: string | undefined;
  cert?: string | undefined;
  key?: string | undefined;
  username?: string | undefined;
  passwordFile?: string | undefined;
}

/** Opens the etcd that flags name. */
export async function openNamedEtcd(flags: EtcdFlags): Promise<Etcd> {
  const text = async (file: string | undefined) => (file ? await readFile(file, 'utf8') : undefined);
  const [ca, cert, key, password] = await Promise.all(
    [flags.ca, flags.cert, flags.key, flags.passwordFile].map(text),
  );
  return openEtcd({
    endpoints: flags.etcd.split(',').filter(Boolean),
    ...(ca ? { ca } : {}),
    ...(cert ? { cert } : {}),
    ...(key ? { key } : {}),
    ...(flags.username ? { username: flags.username } : {}),
    ...(password ? { password: password.trimEnd() } : {}),
  });
}
