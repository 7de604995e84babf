import { setTimeout as sleep } from 'node:timers/promises';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { askOne, sumUp } from './ask-any.ts';
import type { Endpoint } from './endpoint.ts';
import { clusterOf, type Json } from './response.ts';
import { chooseCluster, hostOf, type Roster } from './roster.ts';

/** Which cluster the endpoints belong to. */
export interface ClusterOptions {
  endpoints: readonly Endpoint[];
  roster: Roster;
  /** How long the others are waited for once one has answered. */
  patienceMs: number;
  /** The only cluster that is believed; without it the endpoints say which. */
  expected: string | undefined;
  /** Clusters that were used before. */
  seen: readonly string[];
}

/** Guards against endpoints of another cluster than the one that most belong to. */
export interface Cluster {
  /** Asks all endpoints for their cluster, once in a process: no answer of another one is believed from then on. */
  identify(path: string, body: object): Promise<void>;
  /** Throws `etcd_other` for an answer of another cluster. */
  require(found: string, url: string): void;
}

/** Opens the guard; nothing is asked yet. */
export function openCluster({ endpoints, roster, patienceMs, expected, seen }: ClusterOptions): Cluster {
  return {
    async identify(path, body) {
      if (expected || roster.cluster || endpoints.length < 2) return;
      const over = new AbortController();
      const answers: { url: string; clusterId: string }[] = [];
      const accept = (json: Json, { url }: Endpoint) =>
        void answers.push({ url, clusterId: clusterOf(json, url) });
      const all = endpoints.map((endpoint) => askOne(endpoint, { path, body, accept }, roster, over.signal));
      try {
        await Promise.any(all).catch(({ errors }: AggregateError) => Promise.reject(sumUp(errors)));
        // the pause is aborted when all have answered
        const pause = sleep(patienceMs, undefined, { signal: over.signal }).catch(() => {});
        await Promise.race([Promise.allSettled(all), pause]);
      } finally {
        over.abort();
      }
      for (const { url } of endpoints) {
        const isSilent = !answers.some((answer) => answer.url === url);
        if (isSilent && !roster.knows(url)) roster.failed(url, `no answer in ${Math.round(patienceMs)} ms`);
      }
      roster.cluster = chooseCluster(answers, [...seen, ...roster.chosen], endpoints.length);
      roster.chosen.add(roster.cluster);
    },
    require(found, url) {
      const cluster = expected || roster.cluster;
      if (!cluster || cluster === found) return;
      throw new InterlockError('etcd_other', { url: hostOf(url), found, cluster });
    },
  };
}
