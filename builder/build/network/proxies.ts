import { BlockList, isIP } from 'node:net';
import { InterlockError } from '../../../protocol/errors.ts';
import { run } from '../../../system/run.ts';
import { redact } from './redact.ts';

/** Which proxy a URL is asked for through; none when it is asked directly. */
export type ProxyFor = (url: string) => string | undefined;

/**
 * The proxies to use: those of `http_proxy`, `https_proxy` and `no_proxy`, or else those of the machine's apt
 * (Acquire::http::Proxy). Indexes and packages both go by this answer. Throws `bad_input` for a proxy of another kind.
 */
export async function findProxies(
  env: NodeJS.ProcessEnv = process.env,
  settings: () => Promise<string> = aptSettings,
): Promise<ProxyFor> {
  const direct = env.no_proxy ?? env.NO_PROXY ?? '';
  const fromEnv = { http: env.http_proxy ?? env.HTTP_PROXY, https: env.https_proxy ?? env.HTTPS_PROXY };
  if (fromEnv.http || fromEnv.https) {
    const proxies = {
      http: checked('http_proxy', fromEnv.http),
      https: checked('https_proxy', fromEnv.https),
    };
    return (url) => (isDirect(new URL(url), direct) ? undefined : proxies[schemeOf(url)]);
  }
  const of = parseSettings(await settings().catch(() => ''));
  return (url) => {
    const { hostname } = new URL(url);
    if (isDirect(new URL(url), direct)) return undefined;
    const key = `acquire::${schemeOf(url)}::proxy`;
    const found = of.get(`${key}::${hostname}`) ?? of.get(key);
    return found === 'DIRECT' ? undefined : checked('Acquire::http::Proxy', found);
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

function checked(name: string, proxy: string | undefined): string | undefined {
  if (!proxy) return undefined;
  const url = URL.parse(proxy.includes('://') ? proxy : `http://${proxy}`);
  if (url && /^https?:$/.test(url.protocol) && url.hostname) return url.href;
  throw new InterlockError('bad_input', {
    what: name,
    problem: `${redact(proxy)} is no http:// or https:// proxy`,
  });
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
