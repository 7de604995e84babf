import { setTimeout as sleep } from 'node:timers/promises';

/** How long an etcd took for each write, in seconds, and the p99 of its log's fsync by its own histogram. */
export interface Latency {
  writes: number[];
  fsyncP99: number;
}

const pauseMs = 10;
const histogram = 'etcd_disk_wal_fsync_duration_seconds';

/** Writes a key again and again while some work is done. */
export async function watchLatency(url: string, work: () => Promise<unknown>): Promise<Latency> {
  const before = await readBuckets(url);
  const writes: number[] = [];
  let isDone = false;
  const working = work().finally(() => {
    isDone = true;
  });
  // its failure is thrown below
  working.catch(() => {});
  while (!isDone) {
    const started = performance.now();
    await put(url, String(writes.length));
    writes.push((performance.now() - started) / 1000);
    await sleep(pauseMs);
  }
  await working;
  const after = await readBuckets(url);
  return { writes, fsyncP99: p99(after.map(([limit, count], index) => [limit, count - before[index]![1]])) };
}

/** The value that so many of all stay below. */
export function shareOf(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

async function put(url: string, value: string): Promise<void> {
  const [key, encoded] = ['bench', value].map((text) => Buffer.from(text).toString('base64'));
  const answer = await fetch(`${url}/v3/kv/put`, {
    method: 'POST',
    body: JSON.stringify({ key, value: encoded }),
  });
  if (!answer.ok) throw new Error(`etcd answers ${answer.status}`);
  await answer.arrayBuffer();
}

type Bucket = [limit: number, count: number];

async function readBuckets(url: string): Promise<Bucket[]> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const lines = text.matchAll(new RegExp(`^${histogram}_bucket\\{le="([^"]+)"\\} (\\d+)`, 'gm'));
  return [...lines].map(([, limit, count]) => [
    limit === '+Inf' ? Number.POSITIVE_INFINITY : Number(limit),
    Number(count),
  ]);
}

/** As Prometheus' histogram_quantile has it: in a straight line within the bucket. */
function p99(buckets: readonly Bucket[]): number {
  const wanted = (buckets.at(-1)?.[1] ?? 0) * 0.99;
  const index = buckets.findIndex(([, count]) => count >= wanted);
  const [limit, count] = buckets[index]!;
  const [floor, under] = index > 0 ? buckets[index - 1]! : [0, 0];
  return Number.isFinite(limit) ? floor + ((limit - floor) * (wanted - under)) / (count - under) : floor;
}
