import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type { Command } from 'commander';
import type { OptionsInit } from 'got';
import { speaksExtensible, speaksHeader } from '../../protocol/api/speaks.ts';
import { type ErrorCode, errorTable } from '../../protocol/errors/error-table.ts';
import { type Details, errorOf, InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { Failure } from '../../protocol/errors/operands.ts';
import { visible } from '../../protocol/text/visible.ts';
import { readError } from '../../system/files/read-error.ts';
import { type Answer, ask, openAnswer } from '../../system/http/ask.ts';
import { checkJson, wordsOf } from '../../system/http/check-json.ts';
import { createHttpAgents } from '../../system/http/http-agents.ts';
import { describeUnreachable } from '../../system/http/why-unreachable.ts';
import { parseServerUrl } from './server-url.ts';
import { chosenProfile, readUserConfig, userConfigPath } from './user-config.ts';

/** How to reach the server: flags, then the environment, then what `interlock login` saved. */
export interface ClientOptions {
  /** Base URL. */
  server?: string | undefined;
  /** Operator token. */
  token?: string | undefined;
  /** PEM file of the CA that signed the server's certificate. */
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
  /** A POST with an empty response (204). */
  send(path: string, body: unknown): Promise<void>;
  replace<T = unknown>(path: string, body: unknown): Promise<T>;
  /** Sends a stream of `length` bytes, once; the caller repeats with a new stream. */
  put<T = unknown>(path: string, stream: Readable, headers: Record<string, string>): Promise<T>;
  delete(path: string): Promise<void>;
}

const timeout = { lookup: 10_000, connect: 10_000, secureConnect: 10_000, socket: 60_000, response: 120_000 };

/** Bytes of the longest response that is read; lists come in pages far below it. */
const limit = 32 * 1024 * 1024;

/** Flags win over the environment, and that over the file; the file's token and CA are only for the file's server. */
export function findServer(options: ClientOptions, env: NodeJS.ProcessEnv = process.env): ClientOptions {
  const given = givenServer(options, env);
  const kept = chosenProfile(readUserConfig(userConfigPath(env)), env);
  const isKept = given === undefined || (kept.server !== undefined && isSame(given, kept.server));
  return {
    server: given ?? kept.server,
    token: options.token ?? (env.INTERLOCK_TOKEN || undefined) ?? (isKept ? kept.token : undefined),
    ca: options.ca ?? (env.INTERLOCK_CA || undefined) ?? (isKept ? kept.ca : undefined),
  };
}

/** Opens the server that flags, environment or `interlock login` name, so that no verb handles URLs, tokens or proxies. */
export function createClient(options: ClientOptions): Client {
  const { server, token, ca } = findServer(options);
  if (!server) {
    const problem = 'no server: give --server, set INTERLOCK_SERVER, or run interlock login';
    throw new InterlockError('usage', { problem });
  }
  const common: OptionsInit = {
    headers: { [speaksHeader]: speaksExtensible, ...(token ? { authorization: `Bearer ${token}` } : {}) },
    timeout,
    agent: createHttpAgents(ca ? readAuthority(ca) : undefined),
  };
  const base = server.replace(/\/+$/, '');
  // a query of nothing is left out, so that messages name the address as one would type it
  const urlOf = (path: string) => `${base}/${path.replace(/^\/|\?$/g, '')}`;
  const call = (path: string, request: OptionsInit) =>
    ask(urlOf(path), { ...common, ...request, headers: { ...common.headers, ...request.headers }, limit });
  const json = async <T>(path: string, request: OptionsInit): Promise<T> => {
    const answer = await call(path, request);
    if (!isGood(answer)) throw failureOf(answer);
    return parseAnswer(answer) as T;
  };
  const nothing = async (path: string, request: OptionsInit): Promise<void> => {
    const answer = await call(path, request);
    if (!isGood(answer)) throw failureOf(answer);
    if (answer.status !== 204) parseAnswer(answer);
  };
  return {
    get: (path) => json(path, { method: 'GET' }),
    text: async (path) => {
      const answer = await call(path, { method: 'GET' });
      if (answer.status === 404) return undefined;
      if (!isGood(answer)) throw failureOf(answer);
      return answer.body.toString('utf8');
    },
    stream: (path) => streamed(urlOf(path), common),
    post: (path, body) => json(path, { method: 'POST', json: body }),
    replace: (path, body) => json(path, { method: 'PUT', json: body }),
    put: (path, stream, headers) => json(path, { method: 'PUT', body: stream, headers }),
    send: (path, body) => nothing(path, { method: 'POST', json: body }),
    delete: (path) => nothing(path, { method: 'DELETE' }),
  };
}

/** The server, for verbs that can do without: undefined when nothing names one. */
export function clientIfGiven(options: ClientOptions): Client | undefined {
  return findServer(options).server ? createClient(options) : undefined;
}

function givenServer({ server }: ClientOptions, env: NodeJS.ProcessEnv): string | undefined {
  if (server !== undefined) return parseServerUrl(server, '--server');
  return env.INTERLOCK_SERVER ? parseServerUrl(env.INTERLOCK_SERVER, 'INTERLOCK_SERVER') : undefined;
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [one, other].map((url) => (URL.canParse(url) ? new URL(url).href : url));
  return a === b;
}

/** The flags of every verb that talks to a server. */
export function addServerOptions(command: Command): Command {
  return command
    .option('--server <url>', 'URL of the update server (or INTERLOCK_SERVER)')
    .option('--token <token>', 'operator token (or INTERLOCK_TOKEN)')
    .option('--ca <file>', 'CA certificate of the server, PEM (or INTERLOCK_CA)');
}

function readAuthority(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw readError(file, cause);
  }
}

async function* streamed(url: string, options: OptionsInit): AsyncGenerator<Buffer> {
  const { stream, response } = await openAnswer(url, options);
  try {
    const { statusCode: status } = response;
    if (!isGood({ status }))
      throw new InterlockError('unreachable', { url, problem: `the response status is ${status}` });
    yield* stream as AsyncIterable<Buffer>;
  } catch (error) {
    throw error instanceof InterlockError
      ? error
      : new InterlockError('unreachable', { url, problem: describeUnreachable(error) }, { cause: error });
  } finally {
    stream.destroy();
  }
}

function isGood({ status }: Pick<Answer, 'status'>): boolean {
  return status >= 200 && status < 300;
}

/** Turns a server's `{kind, value}` into an error of the table, so that the exit status is right. */
function failureOf(answer: Answer): InterlockError {
  const body = parseAnswer(answer) as { kind?: unknown; value?: unknown; details?: unknown };
  if (typeof body?.kind !== 'string' || !Object.hasOwn(errorTable, body.kind)) {
    const { url, status } = answer;
    return new InterlockError('answer_invalid', { url, status, problem: wordsOf(answer) });
  }
  const sent = Object.entries(body.details ?? {}).filter(([, value]) =>
    ['string', 'number'].includes(typeof value),
  );
  const code = body.kind as ErrorCode;
  // a server of another version can send other operands; the text then shows the missing ones
  const failure = errorOf({ code, details: Object.fromEntries(sent) as Details } as Failure);
  if (typeof body.value === 'string') failure.message = visible(body.value);
  return failure;
}

function parseAnswer(answer: Answer): unknown {
  // a response without a type is judged by its text: an error page of a proxy always has one
  if (answer.type) checkJson(answer);
  try {
    return JSON.parse(answer.body.toString('utf8'));
  } catch {
    const { url, status } = answer;
    throw new InterlockError('answer_invalid', {
      url,
      status,
      problem: `the response is not valid JSON: ${wordsOf(answer)}`,
    });
  }
}
