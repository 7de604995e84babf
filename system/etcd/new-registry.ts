import { randomBytes } from 'node:crypto';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { weekMs } from '../../protocol/time/durations.ts';
import { comparesOf, type Etcd } from './etcd.ts';

/** Where etcd ≥ 3.6 looks for a token’s size (`--discovery-token`); members add themselves under `…/members/<id>`. */
export function sizeKeyOf(token: string): string {
  return `/_etcd/registry/${token}/_config/size`;
}

/** Writes a new token and its cluster’s size into an etcd, under a lease: after a week no member can begin by it. */
export async function makeRegistry(etcd: Etcd, size: number): Promise<{ token: string; expires: string }> {
  const token = randomBytes(16).toString('hex');
  const expires = new Date(Date.now() + weekMs).toISOString();
  const key = sizeKeyOf(token);
  const { ID: lease } = await ask(etcd, 'lease/grant', { TTL: String(weekMs / 1000) });
  const put = { key: btoa(key), value: btoa(String(size)), lease: String(lease) };
  const { succeeded } = await ask(etcd, 'kv/txn', {
    compare: comparesOf(key, null),
    success: [{ request_put: put }],
  });
  if (succeeded !== true) throw new InterlockError('exists', { what: `token ${token}` });
  return { token, expires };
}

/** Whatever was written without an answer is a token that nobody knows, and ends by itself. */
async function ask(etcd: Etcd, path: string, body: object) {
  try {
    return await etcd.call(path, body);
  } catch (error) {
    const { code, message } = error as InterlockError;
    if (code !== 'lock_unknown') throw error;
    throw new InterlockError('unreachable', { url: 'etcd', problem: message }, { cause: error });
  }
}
