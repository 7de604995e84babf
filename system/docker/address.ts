import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';

/** Where a Docker is, and what its TLS needs. */
export type DockerAddress = { shown: string } & (
  | { kind: 'socket'; path: string }
  | { kind: 'ssh'; target: string; port: string }
  | { kind: 'tcp'; host: string; port: number; tls?: { ca?: string; cert?: string; key?: string } }
);

/** How a person names a Docker and its certificates. */
export interface DockerFlags {
  docker?: string | undefined;
  ca?: string | undefined;
  cert?: string | undefined;
  key?: string | undefined;
}

const usualSocket = 'unix:///var/run/docker.sock';

/**
 * The Docker that flags name, or else the environment as its own client reads it: `DOCKER_HOST`, `DOCKER_TLS_VERIFY`,
 * `DOCKER_CERT_PATH`. Throws `usage`.
 */
export async function dockerAddress(flags: DockerFlags, env = process.env): Promise<DockerAddress> {
  const shown = flags.docker ?? (env.DOCKER_HOST || usualSocket);
  const url = shown.startsWith('/') ? `unix://${shown}` : shown;
  const path = /^unix:\/\/(\/.+)$/.exec(url)?.[1];
  if (path) return { shown, kind: 'socket', path };
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol === 'ssh:' && parsed.hostname && !parsed.hostname.startsWith('-')) {
    const user = decodeURIComponent(parsed.username);
    return {
      shown,
      kind: 'ssh',
      target: user ? `${user}@${parsed.hostname}` : parsed.hostname,
      port: parsed.port,
    };
  }
  if (parsed && ['tcp:', 'http:', 'https:'].includes(parsed.protocol) && parsed.hostname) {
    const tls = await readTls(flags, parsed.protocol === 'https:', env);
    const port = Number(parsed.port) || (tls ? 2376 : 2375);
    return { shown, kind: 'tcp', host: parsed.hostname, port, ...(tls ? { tls } : {}) };
  }
  throw new InterlockError('usage', {
    problem: `${shown} is not the address of a Docker; write unix:///var/run/docker.sock, ssh://root@HOST or tcp://HOST:2376`,
  });
}

async function readTls({ ca, cert, key }: DockerFlags, isHttps: boolean, env: NodeJS.ProcessEnv) {
  const folder = env.DOCKER_TLS_VERIFY ? (env.DOCKER_CERT_PATH ?? join(env.HOME ?? '/', '.docker')) : '';
  const files = folder
    ? { ca: join(folder, 'ca.pem'), cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') }
    : {};
  const named = Object.entries({
    ...files,
    ...(ca ? { ca } : {}),
    ...(cert ? { cert } : {}),
    ...(key ? { key } : {}),
  });
  if (named.length === 0) return isHttps ? {} : undefined;
  const texts = named.map(async ([name, file]) => [name, await readFile(file, 'utf8')] as const);
  return Object.fromEntries(await Promise.all(texts)) as { ca?: string; cert?: string; key?: string };
}
