import { openSocket } from '../support/sockets.ts';

/** What a load got. Latencies in milliseconds. */
export interface LoadResult {
  requests: number;
  p50: number;
  p99: number;
}

/**
 * Sends `count` requests over `connections` sockets, one at a time on each: a count and not a time, so that a busy
 * machine warms the server up as much as an idle one. Throws at the first answer that is not 200.
 */
export async function load(
  url: string,
  connections: number,
  count: number,
  request: () => string,
): Promise<LoadResult> {
  const latencies: number[] = [];
  let left = count;
  stayAwake(() => left > 0);
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = openSocket(url);
      while (left-- > 0) {
        const sent = performance.now();
        const { status, body } = await socket.send(request());
        if (status !== 200) throw new Error(`${status} ${body.slice(0, 400)}`);
        latencies.push(performance.now() - sent);
      }
      socket.close();
    }),
  );
  const sorted = Float64Array.from(latencies).sort();
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
  return { requests: sorted.length, p50: at(0.5), p99: at(0.99) };
}

/**
 * Who writes to a client that sleeps pays for waking it, half of a check-in's cost on one machine and nothing between two.
 * A load that never sleeps leaves that out, for every server alike.
 */
function stayAwake(isWanted: () => boolean): void {
  if (isWanted()) setImmediate(() => stayAwake(isWanted));
}
