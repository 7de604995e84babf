import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { idleCheckIn } from '../test/update-server/support/idle-check-in.ts';
import { bootOf, fillHosts } from './checkin/fill.ts';
import { type LoadResult, load } from './checkin/load.ts';
import type { Measured } from './figure.ts';
import { type MeasuredServer, startMeasured } from './support/server-process.ts';
import { postRequest } from './support/sockets.ts';

export const summary =
  'check-ins per processor second of the server, beside a Fastify route that answers a constant';

const warmUp = 30_000;
const requests = 100_000;
const connections = 64;
const few = 10_000;
const many = 1_000_000;
const cli = fileURLToPath(new URL('../cli/main.ts', import.meta.url));
const constant = fileURLToPath(new URL('checkin/constant.ts', import.meta.url));

/** Credential check and reason stored each time; last-seen in batches, as the server ships. */
export async function* bench(): AsyncGenerator<Measured> {
  const peer = await measure(await startMeasured(constant), () => 'GET / HTTP/1.1\r\nhost: bench\r\n\r\n');
  const small = await withHosts(few);
  yield {
    figure: `check-ins per processor second, ${few.toLocaleString('en')} hosts`,
    value: small.rate,
    unit: '/s',
    peer: 'constant route',
    peerValue: peer.rate,
    atLeast: 0.3,
  };
  const large = await withHosts(many);
  yield {
    figure: `the same with ${many.toLocaleString('en')} hosts`,
    value: large.rate,
    unit: '/s',
    peer: `${few.toLocaleString('en')} hosts`,
    peerValue: small.rate,
    atLeast: 0.9,
  };
  for (const [name, { p50, p99 }] of [['10,000', small] as const, ['1,000,000', large] as const]) {
    yield { figure: `p50 with ${name} hosts and ${connections} at once`, value: p50, unit: 'ms' };
    yield { figure: `p99 with ${name} hosts and ${connections} at once`, value: p99, unit: 'ms' };
  }
  yield { figure: 'most memory with 1,000,000 hosts', value: large.peak, unit: 'MiB' };
}

interface Rate extends LoadResult {
  /** Answers per processor second. */
  rate: number;
  peak: number;
}

async function withHosts(count: number): Promise<Rate> {
  const data = await mkdtemp(join(tmpdir(), 'bench-checkin-'));
  try {
    fillHosts(data, count, new Date());
    const server = await startMeasured(cli, 'serve', '--data', data, '--listen', '127.0.0.1:0');
    return await measure(server, () => checkIn(Math.floor(Math.random() * count)));
  } finally {
    await rm(data, { recursive: true });
  }
}

/** Until the server's code is compiled, then the measured requests. */
async function measure(server: MeasuredServer, request: () => string): Promise<Rate> {
  try {
    await load(server.url, connections, warmUp, request);
    const before = server.cpuSeconds();
    const result = await load(server.url, connections, requests, request);
    const spent = server.cpuSeconds() - before;
    return { ...result, rate: result.requests / spent, peak: server.peakMebibytes() };
  } finally {
    await server.stop();
  }
}

const said = idleCheckIn();

function checkIn(host: number): string {
  return postRequest('/v1/check-in', `secret-${host}`, JSON.stringify({ ...said, bootId: bootOf(host) }));
}
