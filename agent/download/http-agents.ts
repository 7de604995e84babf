import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

export interface HttpAgents {
  http: HttpAgent;
  https: HttpsAgent;
}

/** Connections that are kept for the next request and that honour `http_proxy`, `https_proxy` and `no_proxy`. */
export function createHttpAgents(env: NodeJS.ProcessEnv = process.env): HttpAgents {
  const options = { keepAlive: true, maxSockets: 4, proxyEnv: env };
  return { http: new HttpAgent(options), https: new HttpsAgent(options) };
}

export function closeHttpAgents(agents: HttpAgents): void {
  agents.http.destroy();
  agents.https.destroy();
}
