import { setTimeout as sleep } from 'node:timers/promises';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { type PostOptions, postJson } from '../http/post-json.ts';
import { askAny } from './ask-any.ts';
import { openCluster } from './cluster.ts';
import { type Endpoint, type Login, openEndpoint } from './endpoint.ts';
import { clusterOf, type EtcdHeader, headerOf, type Json, type Stored, storedOf } from './response.ts';
import { hostOf, Roster } from './roster.ts';

export { type EtcdHeader, type Json, type Stored, storedOf } from './response.ts';

const conflictPauseMs = 40;

/** Where a cluster is, how to log in, and what is known of it. */
export interface EtcdOptions extends PostOptions, Login {
  endpoints: readonly string[];
  /** The only cluster that is believed. Without it, the one that most endpoints belong to. */
  cluster?: string;
  /** Clusters that were met before: another one is not believed while some endpoint is silent. */
  seen?: readonly string[];
  /** What is known of the endpoints; clients of one process share it. */
  roster?: Roster;
}

/**
 * etcd's v3 JSON gateway, as much of it as a lock needs. What changes nothing is asked of one endpoint after the other.
 * A swap goes to the endpoint that answered the last read, and to no other: whoever wants to go on reads again first.
 */
export interface Etcd {
  /** Throws `unreachable` or `answer_invalid` when no endpoint has a good answer. */
  read(key: string): Promise<EtcdHeader & { found: Stored | null }>;
  /**
   * Replaces exactly what was read, `null` for nothing: compares `mod_revision` and the value itself. Throws
   * `unreachable` when it surely was not sent, `answer_invalid` when it was refused, anything else when nobody knows.
   */
  swap(key: string, expected: Stored | null, text: string): Promise<EtcdHeader & { won: boolean }>;
  /** Any other call: path under `/v3`, at one endpoint, or at whichever has an answer if it is one that only asks. */
  call(path: string, body: object, endpoint?: string): Promise<Json>;
  /** Waits a moment, longer after more conflicts, so that rivals do not meet again. */
  rest(conflicts: number): Promise<void>;
  /** Endpoints that did not answer or are not believed, in words. */
  troubles(): string[];
  close(): void;
}

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
    { target: 'VALUE', result: 'EQUAL', key: encoded, value: expected.base64 ?? encode(expected.text) },
  ];
}

/** An endpoint that answered a read, and its cluster. */
interface Readable {
  endpoint: Endpoint;
  clusterId: string;
}

/** Paths that change nothing, whoever answers. */
const asking: readonly string[] = ['kv/range', 'cluster/member/list', 'maintenance/status'];

/** Opens a client with kept-alive connections; nothing is sent yet. */
export function openEtcd(options: EtcdOptions): Etcd {
  const { timeoutMs = 9000, roster = new Roster(), seen = [] } = options;
  const post = postJson(options);
  const endpoints = options.endpoints.map((url) => openEndpoint(url, post, options));
  // etcd itself gives up after 7 s without a quorum; another member is tried much earlier
  const patienceMs = Math.min(1000, timeoutMs / 9);
  const cluster = openCluster({ endpoints, roster, patienceMs, expected: options.cluster, seen });
  let good: Readable | undefined;

  async function ask<T>(
    path: string,
    body: object,
    accept: (json: Json, endpoint: Endpoint) => T,
  ): Promise<T> {
    await cluster.identify(path, body);
    const believed = (json: Json, endpoint: Endpoint) => {
      cluster.require(clusterOf(json, endpoint.url), endpoint.url);
      return accept(json, endpoint);
    };
    try {
      return await askAny(endpoints, { path, body, patienceMs, accept: believed }, roster);
    } catch (error) {
      // all of them may have moved to another cluster: the next call looks again
      if ((error as InterlockError).code === 'etcd_other') roster.cluster = undefined;
      throw error;
    }
  }

  async function readAt(key: string): Promise<Readable & EtcdHeader & { found: Stored | null }> {
    const answer = await ask('kv/range', { key: encode(key) }, (json, endpoint) => ({
      ...headerOf(json, endpoint.url),
      found: storedOf(json, endpoint.url),
      endpoint,
    }));
    good = answer;
    return answer;
  }

  return {
    async read(key) {
      const { clusterId, revision, found } = await readAt(key);
      return { clusterId, revision, found };
    },
    async swap(key, expected, text) {
      const { endpoint, clusterId } = good ?? (await readAt(key));
      good = undefined;
      const body = {
        compare: comparesOf(key, expected),
        success: [{ request_put: { key: encode(key), value: encode(text) } }],
      };
      const answer = await change('kv/txn', body, endpoint, roster);
      const header = headerAfterSwap(answer, endpoint.url);
      if (header.clusterId !== clusterId) {
        throw new InterlockError('lock_unknown', { problem: `${hostOf(endpoint.url)} changed its cluster` });
      }
      good = { endpoint, clusterId };
      return { ...header, won: answer.succeeded === true };
    },
    async call(path, body, url) {
      if (!url && asking.includes(path)) return ask(path, body, (json) => json);
      const endpoint = url ? openEndpoint(url, post, options) : roster.order(endpoints)[0];
      if (!endpoint)
        throw new InterlockError('unreachable', { url: 'etcd', problem: 'no endpoint is configured' });
      return change(path, body, endpoint, roster);
    },
    rest: (conflicts) => sleep(Math.random() * conflictPauseMs * Math.min(conflicts, 8)),
    troubles: () => roster.troubles(),
    close: () => post.close(),
  };
}

async function change(path: string, body: object, endpoint: Endpoint, roster: Roster): Promise<Json> {
  const posted = await endpoint.ask(path, body);
  if (posted.kind === 'answer') return posted.json;
  if (posted.kind !== 'refusal') roster.failed(endpoint.url, posted.error.message);
  if (posted.kind === 'doubt' && posted.error.code !== 'etcd_no_space') throw unknown(posted.error);
  throw posted.error;
}

/** An answer to a swap that is not an answer proves nothing. */
function headerAfterSwap(answer: Json, url: string): EtcdHeader {
  try {
    return headerOf(answer, url);
  } catch (error) {
    throw unknown(error as InterlockError);
  }
}

function unknown(error: InterlockError): InterlockError {
  return new InterlockError('lock_unknown', { problem: error.message }, { cause: error });
}

function encode(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
