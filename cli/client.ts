import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type { Command } from 'commander';
import got, { type Got, type OptionsInit, RequestError, type Response } from 'got';
import { type Details, type ErrorCode, errorTable, InterlockError } from '../protocol/errors.ts';
import { createHttpAgents } from '../system/http-agents.ts';

export interface ClientOptions {
  /** Base URL; without it `INTERLOCK_SERVER` is taken. */
  server?: string | undefined;
  /** Operator token; without it `INTERLOCK_TOKEN` is taken. */
  token?: string | undefined;
  /** PEM file of the authority that signed the server's certificate; without it `INTERLOCK_CA` is taken. */
  ca?: string | undefined;
}

/** The update server as operators' commands see it; every failure is an `InterlockError`. */
export interface Client {
  get<T = unknown>(path: string): Promise<T>;
  /** The answer's text byte for byte, or undefined when it does not exist (404). */
  text(path: string): Promise<string | undefined>;
  post<T = unknown>(path: string, body: unknown): Promise<T>;
  replace<T = unknown>(path: string, body: unknown): Promise<T>;
  /** Sends a stream of `length` bytes, once; the caller repeats with a new stream. */
  put<T = unknown>(path: string, stream: Readable, headers: Record<string, string>): Promise<T>;
  delete<T = unknown>(path: string): Promise<T>;
}

const timeout = { lookup: 10_000, connect: 10_000, secureConnect: 10_000, socket: 60_000, response: 120_000 };

/** Opens the server that the flags or the environment name, so that no verb handles URLs, tokens or proxies. */
export function createClient(options: ClientOptions): Client {
  const server = options.server ?? process.env.INTERLOCK_SERVER;
  const token = options.token ?? process.env.INTERLOCK_TOKEN;
  const ca = options.ca ?? process.env.INTERLOCK_CA;
  if (!server) throw new InterlockError('usage', { problem: 'no server: give --server or INTERLOCK_SERVER' });
  const http = got.extend({
    prefixUrl: server,
    headers: token ? { authorization: `Bearer ${token}` } : {},
    timeout,
    retry: { limit: 0 },
    followRedirect: false,
    throwHttpErrors: false,
    agent: createHttpAgents(ca ? readFileSync(ca, 'utf8') : undefined),
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
    post: (path, body) => json(path, { method: 'POST', json: body }),
    replace: (path, body) => json(path, { method: 'PUT', json: body }),
    put: (path, stream, headers) => json(path, { method: 'PUT', body: stream, headers }),
    delete: (path) => json(path, { method: 'DELETE' }),
  };
}

/** The server, for verbs that can do without: undefined when neither flag nor environment names one. */
export function clientIfGiven(options: ClientOptions): Client | undefined {
  return (options.server ?? process.env.INTERLOCK_SERVER) ? createClient(options) : undefined;
}

/** The flags of every verb that talks to a server. */
export function addServerOptions(command: Command): Command {
  return command
    .option('--server <url>', 'update server (or INTERLOCK_SERVER)')
    .option('--token <token>', 'operator token (or INTERLOCK_TOKEN)')
    .option('--ca <file>', 'authority of the server’s certificate, PEM (or INTERLOCK_CA)');
}

async function send(http: Got, server: string, path: string, request: OptionsInit) {
  try {
    return (await http(path.replace(/^\//, ''), { ...request, responseType: 'text' })) as Response<string>;
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    const url = new URL(path, server).href;
    throw new InterlockError('unreachable', { url, problem: error.message }, { cause: error });
  }
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
