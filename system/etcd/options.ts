import { readFile } from 'node:fs/promises';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
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

/** Opens the etcd that flags name. Throws `usage` for an invalid URL. */
export async function openNamedEtcd(flags: EtcdFlags): Promise<Etcd> {
  const text = async (file: string | undefined) => (file ? await readFile(file, 'utf8') : undefined);
  const [ca, cert, key, password] = await Promise.all(
    [flags.ca, flags.cert, flags.key, flags.passwordFile].map(text),
  );
  return openEtcd({
    endpoints: endpointsOf(flags.etcd),
    ...(ca ? { ca } : {}),
    ...(cert ? { cert } : {}),
    ...(key ? { key } : {}),
    ...(flags.username ? { username: flags.username } : {}),
    ...(password ? { password: password.trimEnd() } : {}),
  });
}

function endpointsOf(text: string): string[] {
  const endpoints = text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);
  const wrong = endpoints.find((one) => !/^https?:\/\//.test(one) || !URL.canParse(one));
  if (wrong === undefined && endpoints.length > 0) return endpoints;
  const problem = `--etcd ${wrong ?? text}: an address is written as https://e1:2379, several with commas between`;
  throw new InterlockError('usage', { problem });
}
