import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { getCACertificates } from 'node:tls';
import type { OptionsInit } from 'got';
import { findLogins, type LoginFor } from './logins.ts';
import { mirrorAddresses } from './mirror.ts';
import { findProxies, type ProxyFor } from './proxies.ts';

/** How the network is used, for indexes and packages alike. */
export interface Network {
  proxyFor: ProxyFor;
  loginFor: LoginFor;
}

/** Finds proxies and logins in the environment and on the build host. */
export async function findNetwork(): Promise<Network> {
  const [proxyFor, loginFor] = await Promise.all([findProxies(), findLogins(await mirrorAddresses())]);
  return { proxyFor, loginFor };
}

/** The options by which `got` uses a network. Certificates are those of the build host, as with apt, and Node's own. */
export function gotOptions({ proxyFor, loginFor }: Network): (url: string) => OptionsInit {
  const certificateAuthority = [...getCACertificates('default'), ...getCACertificates('system')];
  return (url) => {
    const login = loginFor(url);
    return {
      agent: agentsFor(proxyFor(url)),
      https: { certificateAuthority },
      ...(login && { headers: { authorization: basic(login) } }),
      hooks: {
        beforeRedirect: [
          (next) => {
            next.agent = agentsFor(proxyFor(String(next.url)));
          },
        ],
      },
    };
  };
}

function agentsFor(proxy: string | undefined) {
  if (proxy === undefined) return {};
  const proxyEnv = { HTTP_PROXY: proxy, HTTPS_PROXY: proxy };
  return { http: new HttpAgent({ proxyEnv }), https: new HttpsAgent({ proxyEnv }) };
}

function basic({ login, password }: { login: string; password: string }): string {
  return `Basic ${Buffer.from(`${login}:${password}`).toString('base64')}`;
}
