import { BlockList, isIP } from 'node:net';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { readProxies } from '../../../system/http/proxies.ts';
import { run } from '../../../system/process/run.ts';
import { redact } from './redact.ts';

/** Which proxy a URL is asked for through; none when it is asked directly. */
export type ProxyFor = (url: string) => string | undefined;

/**
 * The proxies to use: those that the environment names, or else those of the build host's apt (Acquire::http::Proxy). Indexes and
 * packages both go by this answer. Throws `config_invalid` for a proxy of another kind.
 */
export async function findProxies(
  env: NodeJS.ProcessEnv = process.env,
  settings: () => Promise<string> = aptSettings,
): Promise<ProxyFor> {
  const direct = env.no_proxy || env.NO_PROXY || '';
  const { http_proxy: http, https_proxy: https } = readProxies(env);
  if (http || https) {
    return (url) => (isDirect(new URL(url), direct) ? undefined : { http, https }[schemeOf(url)]);
  }
  // without apt-config there are no settings of apt
  const of = parseSettings(await settings().catch(() => ''));
  return (url) => {
    if (isDirect(new URL(url), direct)) return undefined;
    const key = `acquire::${schemeOf(url)}::proxy`;
    const found = of.get(`${key}::${new URL(url).hostname}`) ?? of.get(key);
    return found === undefined || found === 'DIRECT' ? undefined : checked(found);
  };
}

function schemeOf(url: string): 'http' | 'https' {
  return url.startsWith('https:') ? 'https' : 'http';
}

function aptSettings(): Promise<string> {
  return run('apt-config', ['dump', 'Acquire']);
}

/** Lines of `apt-config dump`, by lower-case name. */
function parseSettings(text: string): Map<string, string> {
  const lines = text.matchAll(/^(\S+) "([^"\n]+)";$/gm);
  return new Map([...lines].map(([, name = '', value = '']) => [name.toLowerCase(), value]));
}

function checked(proxy: string): string {
  if (/^https?:$/.test(URL.parse(proxy)?.protocol ?? '')) return proxy;
  const problem = `${redact(proxy)} is not an http:// or https:// proxy`;
  throw new InterlockError('config_invalid', { file: 'Acquire::http::Proxy of apt', problem });
}

/** Whether `no_proxy` names a URL's host: by name or by a domain above it, by address, by network, or `*` for all. */
function isDirect({ hostname, port, protocol }: URL, direct: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  const ownPort = port || (protocol === 'https:' ? '443' : '80');
  return direct.split(/[\s,]+/).some((entry) => {
    if (entry === '*') return true;
    const [, name = '', wantedPort] = /^(\[.*\]|[^:]*(?:::.*)?)(?::(\d+))?$/.exec(entry) ?? [];
    if (wantedPort !== undefined && wantedPort !== ownPort) return false;
    return names(name.replace(/^\[|\]$/g, '').toLowerCase(), host);
  });
}

function names(entry: string, host: string): boolean {
  const [address = '', bits] = entry.split('/');
  if (bits !== undefined) return holds(address, Number(bits), host);
  const domain = entry.replace(/^\*?\./, '');
  return domain !== '' && (host === domain || (isIP(host) === 0 && host.endsWith(`.${domain}`)));
}

function holds(network: string, bits: number, host: string): boolean {
  const kind = isIP(network) === 6 ? 'ipv6' : 'ipv4';
  if (isIP(network) === 0 || isIP(host) !== isIP(network)) return false;
  if (!(Number.isInteger(bits) && bits >= 0 && bits <= (kind === 'ipv6' ? 128 : 32))) return false;
  const list = new BlockList();
  list.addSubnet(network, bits, kind);
  return list.check(host, kind);
}
