import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type { Command } from 'commander';
import got, { type Got, type OptionsInit, RequestError, type Response } from 'got';
import { type ErrorCode, errorTable } from '../protocol/error-table.ts';
import { type Details, InterlockError } from '../protocol/errors.ts';
import { createHttpAgents } from '../system/http-agents.ts';
import { readUserConfig, userConfigPath } from './user-config.ts';

/** What a verb was told about the server; what is missing comes from the environment, then from `interlock login`. */
export interface ClientOptions {
  /** Base URL. */
  server?: string | undefined;
  /** Operator token. */
  token?: string | undefined;
  /** PEM file of the authority that signed the server's certificate. */
  ca?: string | undefined;
}

/** The update server as operators' commands see it; every failure is an `InterlockError`. */
export interface Client {
  get<T = unknown>(path: string): Promise<T>;
  /** The answer's text byte for byte, or undefined when it does not exist (404). */
  text(path: string): Promise<string | undefined>;
  /** The answer's bytes as they come; the stream fails for anything but a success. */
  stream(path: string): AsyncIterable<Buffer>;
  post<T = unknown>(path: string, body: unknown): Promise<T>;
  replace<T = unknown>(path: string, body: unknown): Promise<T>;
  /** Sends a stream of `length` bytes, once; the caller repeats with a new stream. */
  put<T = unknown>(path: string, stream: Readable, headers: Record<string, string>): Promise<T>;
  delete<T = unknown>(path: string): Promise<T>;
}

const timeout = { lookup: 10_000, connect: 10_000, secureConnect: 10_000, socket: 60_000, response: 120_000 };

/** Flag before environment before file; the file's token and authority are for the file's server alone. */
export function findServer(options: ClientOptions, env: NodeJS.ProcessEnv = process.env): ClientOptions {
  const said = options.server ?? (env.INTERLOCK_SERVER || undefined);
  const kept = readUserConfig(userConfigPath(env));
  const isKept = said === undefined || (kept.server !== undefined && isSame(said, kept.server));
  return {
    server: said ?? kept.server,
    token: options.token ?? (env.INTERLOCK_TOKEN || undefined) ?? (isKept ? kept.token : undefined),
    ca: options.ca ?? (env.INTERLOCK_CA || undefined) ?? (isKept ? kept.ca : undefined),
  };
}

/** Opens the server that flags, environment or `interlock login` name, so that no verb handles URLs, tokens or proxies. */
export function createClient(options: ClientOptions): Client {
  const { server, token, ca } = findServer(options);
  if (!server) {
    const problem = 'no server: give --server or INTERLOCK_SERVER, or keep one by `interlock login`';
    throw new InterlockError('usage', { problem });
  }
  const http = got.extend({
    prefixUrl: server,
    headers: token ? { authorization: `Bearer ${token}` } : {},
    timeout,
    retry: { limit: 0 },
    followRedirect: false,
    throwHttpErrors: false,
    agent: createHttpAgents(ca ? readAuthority(ca) : undefined),
  });
  const json = async <T>(path: string, request: OptionsInit): Promise<T> => {
    const response = await send(http, server, path, request);
    if (!response.ok) throw failureOf(response);
    return (response.body === '' ? undefined : parseAnswer(response)) as T;
  };
  return {
    get: (path) => json(path, { method: 'GET' }),
    text: async (path) => {
      const response = await send(http, server, path, { method: 'GET' });
      if (response.statusCode === 404) return undefined;
      if (!response.ok) throw failureOf(response);
      return response.body;
    },
    stream: (path) => streamed(http, server, path),
    post: (path, body) => json(path, { method: 'POST', json: body }),
    replace: (path, body) => json(path, { method: 'PUT', json: body }),
    put: (path, stream, headers) => json(path, { method: 'PUT', body: stream, headers }),
    delete: (path) => json(path, { method: 'DELETE' }),
  };
}

/** The server, for verbs that can do without: undefined when nothing names one. */
export function clientIfGiven(options: ClientOptions): Client | undefined {
  return findServer(options).server ? createClient(options) : undefined;
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [one, other].map((url) => (URL.canParse(url) ? new URL(url).href : url));
  return a === b;
}

/** The flags of every verb that talks to a server. */
export function addServerOptions(command: Command): Command {
  return command
    .option('--server <url>', 'update server (or INTERLOCK_SERVER)')
    .option('--token <token>', 'operator token (or INTERLOCK_TOKEN)')
    .option('--ca <file>', 'authority of the server’s certificate, PEM (or INTERLOCK_CA)');
}

function readAuthority(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new InterlockError('not_found', { what: file }, { cause });
  }
}

async function* streamed(http: Got, server: string, path: string): AsyncGenerator<Buffer> {
  try {
    yield* http.stream(path.replace(/^\//, ''), { throwHttpErrors: true, decompress: false });
  } catch (error) {
    throw unreachable(error, path, server);
  }
}

async function send(http: Got, server: string, path: string, request: OptionsInit) {
  try {
    return (await http(path.replace(/^\//, ''), { ...request, responseType: 'text' })) as Response<string>;
  } catch (error) {
    throw unreachable(error, path, server);
  }
}

function unreachable(error: unknown, path: string, server: string): unknown {
  if (!(error instanceof RequestError)) return error;
  const url = new URL(path, server).href;
  return new InterlockError('unreachable', { url, problem: error.message }, { cause: error });
}

/** Gives a server's `{kind, value}` back its code, so that the exit status is the one of the error table. */
function failureOf(response: Response<string>): InterlockError {
  const body = parseAnswer(response) as { kind?: unknown; value?: unknown; details?: unknown };
  if (typeof body?.kind !== 'string' || !(body.kind in errorTable)) {
    return invalidAnswer(response, response.body.slice(0, 200));
  }
  const details = typeof body.details === 'object' && body.details !== null ? (body.details as Details) : {};
  const failure = new InterlockError(body.kind as ErrorCode, details);
  if (typeof body.value === 'string') failure.message = body.value;
  return failure;
}

function parseAnswer(response: Response<string>): unknown {
  try {
    return JSON.parse(response.body);
  } catch {
    throw invalidAnswer(response, response.body.slice(0, 200) || 'nothing');
  }
}

function invalidAnswer(response: Response<string>, problem: string): InterlockError {
  return new InterlockError('answer_invalid', { url: response.url, status: response.statusCode, problem });
}
