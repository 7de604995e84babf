import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeFleet } from '../../test/dashboard/support/make-fleet.ts';
import { keepCheckingIn } from './keep-checking-in.ts';
import { keepServing } from './keep-serving.ts';

/** The fleet has hosts in every state. */
const fewestHosts = 30;

const help = `npm run dev -- [--hosts N] [--listen HOST:PORT]

A server with a fleet of simulated hosts, for work on dashboard/ and update-server/. It restarts when a source file changes.

  --hosts N             how many hosts (150; at least ${fewestHosts})
  --listen HOST:PORT    address of the server (127.0.0.1:8080; port 0 chooses one)
`;

const { values } = parseArgs({
  options: {
    hosts: { type: 'string', default: '150' },
    listen: { type: 'string', default: '127.0.0.1:8080' },
    help: { type: 'boolean', default: false },
  },
});
const hosts = Number(values.hosts);
if (values.help) process.stdout.write(help);
else if (Number.isInteger(hosts) && hosts >= fewestHosts) await run(hosts, values.listen);
else {
  process.stderr.write(`--hosts is ${values.hosts}; give a number of at least ${fewestHosts}\n`);
  process.exitCode = 2;
}

async function run(count: number, listen: string): Promise<void> {
  let isStopped = false;
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        isStopped = true;
        resolve();
      });
    }
  });
  const folder = await mkdtemp(join(tmpdir(), 'interlock-dev-'));
  try {
    print(`creating a fleet of ${count} hosts in ${folder}`);
    const fleet = await makeFleet(folder, count);
    await fleet.server.end();
    const server = await keepServing(join(folder, 'data'), listen, print);
    const checkIns = keepCheckingIn(fleet.hosts, server.url);
    print(`dashboard: ${server.url}/`);
    print(`login token: ${fleet.token}`);
    print(
      'The server restarts and builds the dashboard again when a source file changes. Press Ctrl-C to stop.',
    );
    await stopped;
    await checkIns.stop();
    await server.stop();
  } catch (error) {
    // Ctrl-C also ends the server that is being filled
    if (!isStopped) throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
