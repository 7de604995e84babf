import { setTimeout as sleep } from 'node:timers/promises';
import { InterlockError } from '../protocol/errors.ts';
import { type PostOptions, postJson } from './post-json.ts';

const conflictPauseMs = 40;

/** A value as etcd holds it; both fields go into the swap that replaces it. */
export interface Stored {
  text: string;
  /** `mod_revision`, a decimal string: int64 does not fit a number. */
  revision: string;
}

/** What etcd says beside every answer. */
export interface Said {
  /** Hex cluster id. */
  clusterId: string;
  /** The store's revision, a decimal string. */
  revision: string;
}

export interface EtcdOptions extends Omit<PostOptions, 'headers'> {
  endpoints: readonly string[];
  username?: string;
  password?: string;
}

/** etcd's v3 JSON gateway, as much of it as a lock needs. Throws `unreachable` when a request surely was not sent, `lock_unknown` when it may have been. */
export interface Etcd {
  read(key: string): Promise<Said & { found: Stored | null }>;
  /** Replaces exactly what was read, `null` for nothing: compares `mod_revision` and the value itself. */
  swap(key: string, expected: Stored | null, text: string): Promise<Said & { won: boolean }>;
  /** Any other call: path under `/v3`, one endpoint or all of them in order. */
  call(path: string, body: object, endpoint?: string): Promise<Json>;
  /** Waits a moment, longer after more conflicts, so that rivals do not meet again. */
  rest(conflicts: number): Promise<void>;
  close(): void;
}

/** An answer's object; int64 are strings, zero and false are left out. */
export type Json = Record<string, unknown>;

type Compare =
  | { target: 'CREATE'; result: 'EQUAL'; key: string; create_revision: '0' }
  | { target: 'MOD'; result: 'EQUAL'; key: string; mod_revision: string }
  | { target: 'VALUE'; result: 'EQUAL'; key: string; value: string };

/** The comparison that makes a put a swap. Unknown JSON fields are ignored by etcd, so only typed code writes them. */
export function comparesOf(key: string, expected: Stored | null): [Compare, ...Compare[]] {
  const encoded = encode(key);
  if (!expected) return [{ target: 'CREATE', result: 'EQUAL', key: encoded, create_revision: '0' }];
  return [
    { target: 'MOD', result: 'EQUAL', key: encoded, mod_revision: expected.revision },
    { target: 'VALUE', result: 'EQUAL', key: encoded, value: encode(expected.text) },
  ];
}

/** Opens a client with kept-alive connections; nothing is sent yet. */
export function openEtcd(options: EtcdOptions): Etcd {
  const post = postJson(options);
  let token: string | undefined;

  /** Endpoints are tried in order only while the request surely was not sent. */
  async function send(path: string, body: object, endpoints: readonly string[]): Promise<Json> {
    let last = new InterlockError('unreachable', { url: 'etcd', problem: 'no endpoint is configured' });
    for (const endpoint of endpoints) {
      const answer = await post(`${endpoint.replace(/\/$/, '')}/v3/${path}`, body, {
        ...(token ? { Authorization: token } : {}),
      });
      if (answer.sent) return answer.json as Json;
      last = answer.error;
    }
    throw last;
  }

  async function call(path: string, body: object, endpoint?: string): Promise<Json> {
    const endpoints = endpoint ? [endpoint] : options.endpoints;
    if (options.username && !token) await authenticate(endpoints);
    try {
      return await send(path, body, endpoints);
    } catch (error) {
      const isTokenOld = error instanceof InterlockError && error.details.status === 401;
      if (!options.username || !isTokenOld) throw error;
      await authenticate(endpoints);
      return send(path, body, endpoints);
    }
  }

  async function authenticate(endpoints: readonly string[]): Promise<void> {
    token = undefined;
    const login = { name: options.username, password: options.password ?? '' };
    token = String((await send('auth/authenticate', login, endpoints)).token);
  }

  return {
    async read(key) {
      const answer = await call('kv/range', { key: encode(key) });
      const kv = (answer.kvs as Json[] | undefined)?.[0];
      const found = kv ? { text: decode(String(kv.value ?? '')), revision: String(kv.mod_revision) } : null;
      return { ...saidOf(answer), found };
    },
    async swap(key, expected, text) {
      const answer = await call('kv/txn', {
        compare: comparesOf(key, expected),
        success: [{ request_put: { key: encode(key), value: encode(text) } }],
      });
      return { ...saidOf(answer), won: answer.succeeded === true };
    },
    call,
    rest: (conflicts) => sleep(Math.random() * conflictPauseMs * Math.min(conflicts, 8)),
    close: () => post.close(),
  };
}

function saidOf(answer: Json): Said {
  const header = answer.header as Json | undefined;
  if (!header?.cluster_id || !header.revision) {
    throw new InterlockError('lock_unknown', { problem: 'an answer without etcd’s header' });
  }
  return {
    clusterId: BigInt(String(header.cluster_id)).toString(16),
    revision: String(header.revision),
  };
}

function encode(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

function decode(text: string): string {
  return Buffer.from(text, 'base64').toString('utf8');
}
