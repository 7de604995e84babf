import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { readProxies } from './proxies.ts';

/** The pair that got wants: one agent per scheme. */
export interface HttpAgents {
  http: HttpAgent;
  https: HttpsAgent;
}

/**
 * Connections that are kept for the next request, by the proxies that the environment names. `ca` (PEM) is the only
 * authority that counts; without it the system's do. Throws `config_invalid` for a proxy that cannot be used.
 */
export function createHttpAgents(
  ca?: string,
  env: NodeJS.ProcessEnv = directToLoopback(process.env),
): HttpAgents {
  const options = { keepAlive: true, maxSockets: 4, proxyEnv: readProxies(env) };
  return { http: new HttpAgent(options), https: new HttpsAgent({ ...options, ...(ca ? { ca } : {}) }) };
}

/** Ends kept connections at once, so that nothing of them outlives the run. */
export function closeHttpAgents(agents: HttpAgents): void {
  agents.http.destroy();
  agents.https.destroy();
}

const loopback = ['localhost', '127.0.0.1', '::1'];

function directToLoopback(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const bypass = [env.no_proxy || env.NO_PROXY, ...loopback].filter(Boolean).join(',');
  return { ...env, NO_PROXY: bypass, no_proxy: bypass };
}
