import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Outcome, Scenario } from './scenario.ts';

const addresses = ['169.254.169.254', '169.254.42.42', '168.63.129.16'];
const addresses6 = ['fd00:ec2::254', 'fd20:ce::254', 'fd00:42::42'];

/** A proxy that is not there: what asked it would get nothing. */
const proxy = 'http://127.0.0.1:9';
const proxies = { http_proxy: proxy, HTTP_PROXY: proxy, ALL_PROXY: proxy, NODE_USE_ENV_PROXY: '1' };

/** Runs scenarios one after the other in a network namespace where the clouds' addresses are ours. The environment names a proxy. */
export async function askServices(scenarios: Scenario[]): Promise<Outcome[]> {
  const script = [
    'set -e',
    'ip link set lo up',
    ...addresses.map((address) => `ip addr add ${address}/32 dev lo`),
    ...addresses6.map((address) => `ip addr add ${address}/128 dev lo nodad`),
    'exec "$0" "$1"',
  ].join('\n');
  const child = spawn(
    'unshare',
    [
      '--map-root-user',
      '--net',
      'sh',
      '-c',
      script,
      process.execPath,
      join(import.meta.dirname, 'play-scenarios.ts'),
    ],
    { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...proxies } },
  );
  child.stdin.end(JSON.stringify(scenarios));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (!out) throw new Error(err);
  return JSON.parse(out) as Outcome[];
}
