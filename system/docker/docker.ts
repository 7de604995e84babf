import type { Readable } from 'node:stream';
import { hasCode, InterlockError } from '../../protocol/errors/interlock-error.ts';
import { ask, openAnswer } from '../http/ask.ts';
import type { DockerAddress } from './address.ts';
import { dial } from './dial.ts';

/** Docker's HTTP API. Paths are those of the API’s description, without the version. */
export interface Docker {
  /** As a person named it. */
  host: string;
  /** Throws `docker_refused` with Docker’s words, `swarm_missing`, or `unreachable`. */
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body?: object): Promise<T>;
  remove(path: string): Promise<void>;
  /** An answer that goes on: events, logs. The caller destroys it. */
  follow(path: string): Promise<Readable>;
}

/** The oldest engine that we know has 1.41 (Debian 12), the newest asks for 1.44 at least. */
const known = { from: 41, to: 45 };
const maxAnswer = 32 * 1024 * 1024;
const timeoutMs = 60_000;

/** Opens a client; nothing is sent yet. */
export function openDocker(address: DockerAddress): Docker {
  const host = address.shown;
  const connection = { createConnection: () => dial(address) as never, agent: {} };
  let version: string | undefined;

  const findVersion = async () => {
    const { stream, response } = await explained(host, () => openAnswer('http://docker/_ping', connection));
    stream.destroy();
    const [, minor] = /^1\.(\d+)$/.exec(String(response.headers['api-version'])) ?? [];
    if (!minor)
      throw new InterlockError('docker_refused', { host, problem: 'it does not speak Docker’s API' });
    return `v1.${Math.max(known.from, Math.min(known.to, Number(minor)))}`;
  };
  const urlOf = async (path: string) => {
    version ??= await findVersion();
    return `http://docker/${version}${path}`;
  };

  async function send<T>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<T> {
    const url = await urlOf(path);
    const { status, body: bytes } = await explained(host, () =>
      ask(url, {
        ...connection,
        method,
        limit: maxAnswer,
        timeout: { request: timeoutMs },
        ...(body ? { json: body } : {}),
      }),
    );
    if (status >= 200 && status < 300)
      return (bytes.length > 0 ? JSON.parse(bytes.toString()) : undefined) as T;
    throw refusalOf(host, status, bytes.toString());
  }

  return {
    host,
    get: (path) => send('GET', path),
    post: (path, body) => send('POST', path, body),
    remove: (path) => send('DELETE', path),
    async follow(path) {
      const url = await urlOf(path);
      const { stream, response } = await explained(host, () => openAnswer(url, connection));
      if (response.statusCode === 200) return stream;
      const words = await new Response(stream as never).text();
      throw refusalOf(host, response.statusCode, words);
    },
  };
}

/** A filter as the API takes it in its query. */
export function filterBy(filters: Record<string, readonly string[]>): string {
  return `filters=${encodeURIComponent(JSON.stringify(filters))}`;
}

async function explained<T>(host: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!hasCode(error, 'unreachable')) throw error;
    // an error without a code of its own is told by got's, which says nothing
    const isUntold = error.details.problem === 'ERR_GOT_REQUEST_ERROR';
    const problem = isUntold ? (error.cause as Error).message : error.details.problem;
    const plain = problem === 'ENOENT' ? 'there is no such socket: Docker does not run there' : problem;
    const shown = problem === 'EACCES' ? 'only root and the group docker can use this socket' : plain;
    throw new InterlockError('unreachable', { url: host, problem: shown }, { cause: error });
  }
}

function refusalOf(host: string, status: number, text: string): InterlockError {
  const problem = messageOf(text) || `status ${status}`;
  if (status === 503 && /swarm/i.test(problem)) return new InterlockError('swarm_missing', { host });
  return new InterlockError('docker_refused', { host, problem });
}

function messageOf(text: string): string {
  try {
    return String((JSON.parse(text) as { message?: unknown }).message ?? text);
  } catch {
    // an answer of something else than Docker is shown as it is
    return text.trim().slice(0, 500);
  }
}
