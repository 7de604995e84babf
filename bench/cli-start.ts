import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Measured } from './figure.ts';

/** One line that says what is measured. */
export const summary = 'what a command costs to start: processor seconds of lists, from an empty answer';

const interlock = join(import.meta.dirname, '../bin/interlock');
const runs = 9;
const ceiling = 0.25;
const answers: Readonly<Record<string, unknown>> = {
  '/v1/rollouts': { rollouts: [] },
  '/v1/hosts': { hosts: [], next: null },
  '/v1/audit': { lines: [], next: null },
};

/** Runs each list often, the first time without a compile cache, and takes the median of the others. */
export async function* bench(): AsyncGenerator<Measured> {
  const home = await mkdtemp(join(tmpdir(), 'bench-cli-start-'));
  const server = createServer(({ url = '' }, response) => {
    const body = JSON.stringify(answers[url.split('?')[0] ?? ''] ?? {});
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const flags = ['--server', `http://127.0.0.1:${(server.address() as AddressInfo).port}`, '--token', 't'];
  const secondsOf = (words: string[]) => processorSeconds([...words, ...flags], home);
  try {
    yield { figure: 'rollout list, the first time', value: await secondsOf(['rollout', 'list']), unit: 's' };
    for (const words of [['rollout', 'list'], ['host', 'list'], ['audit']]) {
      await secondsOf(words);
      const all: number[] = [];
      for (let count = 0; count < runs; count++) all.push(await secondsOf(words));
      const value = all.toSorted((a, b) => a - b)[Math.floor(runs / 2)]!;
      yield { figure: words.join(' '), value, unit: 's', atMost: ceiling };
    }
  } finally {
    server.closeAllConnections();
    server.close();
    await rm(home, { recursive: true, force: true });
  }
}

/** User and system seconds of one command, as the shell counts them. */
async function processorSeconds(words: readonly string[], home: string): Promise<number> {
  const env = { ...process.env, HOME: home, XDG_CACHE_HOME: '', XDG_CONFIG_HOME: '', NODE_COMPILE_CACHE: '' };
  const script = 'TIMEFORMAT="%U %S"; time "$@" >/dev/null';
  const { stderr } = await promisify(execFile)('bash', ['-c', script, 'bash', interlock, ...words], { env });
  const seconds = stderr.trim().split(' ').map(Number);
  return Number(seconds.reduce((sum, each) => sum + each, 0).toFixed(3));
}
