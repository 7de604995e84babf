import { InterlockError } from '../../protocol/errors/interlock-error.ts';

/**
 * The proxies for Node's agents, out of `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy`, small letters before
 * capital ones, as other programs read them. Node passes over what it cannot use, and would go round the proxy; so that
 * is `config_invalid` here.
 */
export function readProxies(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const bypass = env.no_proxy || env.NO_PROXY || '';
  if (bypass.split(/[\s,]+/).includes('*')) return {};
  const proxies: NodeJS.ProcessEnv = bypass ? { no_proxy: bypass } : {};
  for (const scheme of ['http_proxy', 'https_proxy'] as const) {
    const found = [scheme, scheme.toUpperCase(), 'all_proxy', 'ALL_PROXY'].find((name) => env[name]);
    if (found) proxies[scheme] = usable(found, env[found]!);
  }
  return proxies;
}

function usable(name: string, text: string): string {
  // what has no scheme is an http proxy for everybody else
  const url = text.includes('://') ? text : `http://${text}`;
  const problem = problemOf(url);
  if (problem) throw new InterlockError('config_invalid', { file: `the environment’s ${name}`, problem });
  return url;
}

/** Never the text itself: it may hold a password. */
function problemOf(text: string): string | null {
  if (!URL.canParse(text)) return 'it is not a URL';
  const { protocol, pathname, search, hostname } = new URL(text);
  if (protocol !== 'http:' && protocol !== 'https:')
    return `a proxy of ${protocol}// cannot be used, only of http:// and https://`;
  if (!hostname) return 'it names no host';
  return pathname !== '/' || search ? 'a proxy has no path' : null;
}
