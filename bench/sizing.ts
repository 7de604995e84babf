import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { idleCheckIn } from '../test/update-server/support/idle-check-in.ts';
import { bootOf, fillHosts } from './checkin/fill.ts';
import { load } from './checkin/load.ts';
import type { Measured } from './figure.ts';
import { startMeasured } from './support/server-process.ts';
import { postRequest } from './support/sockets.ts';

export const summary = 'processor and memory that the server takes for 1,000, 10,000 and 100,000 hosts';

/** Seconds between two check-ins of a host: twelve times as often as by default. */
const poll = 300;
const idleSeconds = 30;
const cli = fileURLToPath(new URL('../cli/main.ts', import.meta.url));

/** Each fleet checks in several times; the processor time of that is spread over the hosts’ polls. */
export async function* bench(): AsyncGenerator<Measured> {
  for (const hosts of [1000, 10_000, 100_000]) {
    const data = await mkdtemp(join(tmpdir(), 'bench-sizing-'));
    fillHosts(data, hosts, new Date());
    const server = await startMeasured(cli, 'serve', '--data', data, '--listen', '127.0.0.1:0');
    try {
      const checkIns = Math.max(hosts, 20_000);
      let next = 0;
      const request = () => checkIn(next++ % hosts);
      await load(server.url, 8, checkIns, request);
      const before = server.cpuSeconds();
      await load(server.url, 8, checkIns, request);
      const each = (server.cpuSeconds() - before) / checkIns;
      const idleFrom = server.cpuSeconds();
      await sleep(idleSeconds * 1000);
      const idle = (server.cpuSeconds() - idleFrom) / idleSeconds;
      const count = hosts.toLocaleString('en');
      yield { figure: `processor, ${count} hosts`, value: (idle + (each * hosts) / poll) * 100, unit: '%' };
      yield { figure: `most memory, ${count} hosts`, value: server.peakMebibytes(), unit: 'MiB' };
    } finally {
      await server.stop();
      await rm(data, { recursive: true });
    }
  }
}

const said = idleCheckIn();

function checkIn(host: number): string {
  return postRequest('/v1/check-in', `secret-${host}`, JSON.stringify({ ...said, bootId: bootOf(host) }));
}
