import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

/** The pair that got wants: one agent per scheme. */
export interface HttpAgents {
  http: HttpAgent;
  https: HttpsAgent;
}

const loopback = ['localhost', '127.0.0.1', '::1'];

/**
 * Connections that are kept for the next request and that honour `http_proxy`, `https_proxy` and `no_proxy`; this
 * machine itself is never reached by a proxy. `ca` (PEM) is the only authority that counts; without it the system's do.
 */
export function createHttpAgents(
  ca?: string,
  env: NodeJS.ProcessEnv = directToLoopback(process.env),
): HttpAgents {
  const options = { keepAlive: true, maxSockets: 4, proxyEnv: env };
  return { http: new HttpAgent(options), https: new HttpsAgent({ ...options, ...(ca ? { ca } : {}) }) };
}

/** Ends kept connections at once, so that nothing of them outlives the run. */
export function closeHttpAgents(agents: HttpAgents): void {
  agents.http.destroy();
  agents.https.destroy();
}

function directToLoopback(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const bypass = [env.NO_PROXY ?? env.no_proxy, ...loopback].filter(Boolean).join(',');
  return { ...env, NO_PROXY: bypass, no_proxy: bypass };
}
