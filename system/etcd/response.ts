import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { hostOf } from './roster.ts';

/** An answer's object; int64 are strings, zero and false are left out. */
export type Json = Record<string, unknown>;

/** A value as etcd holds it; both fields go into the swap that replaces it. */
export interface Stored {
  text: string;
  /** `mod_revision`, a decimal string: int64 does not fit a number. */
  revision: string;
  /** What is there, when it is not UTF-8 and `text` only looks like it. */
  base64?: string;
}

/** What etcd says beside every answer. */
export interface EtcdHeader {
  /** Hex cluster id. */
  clusterId: string;
  /** The store's revision, a decimal string. */
  revision: string;
}

const decimal = /^\d{1,20}$/;

/** Reads an answer's header. Throws `answer_invalid` when it is none of etcd's. */
export function headerOf(answer: Json, url: string): EtcdHeader {
  const { revision } = objectOf(answer.header);
  if (!decimal.test(String(revision))) throw wrong(url, 'an answer without etcd’s revision');
  return { clusterId: clusterOf(answer, url), revision: String(revision) };
}

/** The hex id of the cluster an answer comes from: all that some answers say of themselves. */
export function clusterOf(answer: Json, url: string): string {
  const { cluster_id: cluster } = objectOf(answer.header);
  if (!decimal.test(String(cluster))) throw wrong(url, 'an answer without etcd’s header');
  return BigInt(String(cluster)).toString(16);
}

/** The one value that a range over one key found. */
export function storedOf({ kvs }: Json, url: string): Stored | null {
  if (kvs === undefined) return null;
  const { value = '', mod_revision: revision } = objectOf(Array.isArray(kvs) ? kvs[0] : undefined);
  if (typeof value !== 'string' || !decimal.test(String(revision)))
    throw wrong(url, 'a value without revision');
  const bytes = Buffer.from(value, 'base64');
  const text = bytes.toString('utf8');
  const isText = Buffer.from(text, 'utf8').equals(bytes);
  return { text, revision: String(revision), ...(isText ? {} : { base64: value }) };
}

function objectOf(value: unknown): Json {
  return value !== null && typeof value === 'object' ? (value as Json) : {};
}

function wrong(url: string, problem: string): InterlockError {
  return new InterlockError('answer_invalid', { url: hostOf(url), status: 200, problem });
}
