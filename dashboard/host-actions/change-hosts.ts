import type { ChangeHostsAnswer, HostAction } from '../../protocol/api/hosts.ts';
import { request } from '../api/request.ts';

/** Hosts in one request. */
const atOnce = 500;

/** Does the same with all these hosts; what became of each. Throws `ApiError` when the server refuses as a whole. */
export async function changeHosts(
  hosts: readonly string[],
  action: HostAction,
  reason: string,
): Promise<ChangeHostsAnswer['results']> {
  const results: ChangeHostsAnswer['results'] = [];
  for (let from = 0; from < hosts.length; from += atOnce) {
    const body = { hosts: hosts.slice(from, from + atOnce), ...action, ...(reason ? { reason } : {}) };
    results.push(...(await request<ChangeHostsAnswer>('POST', '/v1/hosts/change', body)).results);
  }
  return results;
}
