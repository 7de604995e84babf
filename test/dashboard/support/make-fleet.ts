import { join } from 'node:path';
import { initKeys } from '../../../builder/keys/init.ts';
import { promote } from '../../../builder/publish/promote.ts';
import { publish } from '../../../builder/publish/publish.ts';
import { createClient } from '../../../cli/client/client.ts';
import type { RolloutSummary } from '../../../protocol/api/rollout.ts';
import type { PolicyText } from '../../../protocol/documents/policy.ts';
import {
  adminToken,
  interlock,
  type ServerProcess,
  startServer,
} from '../../update-server/support/start-server.ts';
import { ageFleet, ageRollout } from './age.ts';
import { type Ending, type FakeHost, inTurns, joinFleet } from './fake-host.ts';
import { makeCoreRelease } from './make-core-release.ts';

/** A server with a fleet behind it that tells every story the page has words for. */
export interface Fleet {
  server: ServerProcess;
  /** Of an admin. */
  token: string;
  /** The rollout to `stable`, half-way and well; the one to `alpha`, halted. */
  rollouts: { stable: string; alpha: string };
  hosts: FakeHost[];
}

const careful: PolicyText = {
  ramp: [
    { start_after: '0 days', percent: 10 },
    { start_after: '1 day', percent: 25 },
    { start_after: '3 days', percent: 50 },
    { start_after: '5 days', percent: 100 },
  ],
  in_flight: '8 %',
  max_failures: 6,
  failure_rate: { percent: 10, sample: 20 },
};
const quick: PolicyText = { max_failures: 2, in_flight: 6 };

/** Publishes, enrolls, lets hosts update by the server's own rules, and lays that out over the last days. */
export async function makeFleet(dir: string, count = 150): Promise<Fleet> {
  const [keysDir, dataDir] = [join(dir, 'keys'), join(dir, 'data')];
  await initKeys(keysDir, { channels: ['alpha', 'stable'], threshold: 1, keys: 1 });
  let server = await startServer(dataDir, '--online-keys', join(keysDir, 'online'));
  const token = adminToken(server);
  const client = createClient({ server: server.url, token });
  const put = (version: string, from: string | null) =>
    publish({ server: client, keysDir, releaseDir: makeCoreRelease(dir, version, from), channel: 'alpha' });
  const toStable = (version: string) =>
    promote({ server: client, keysDir, name: 'core', version, channel: 'stable' });
  const rolloutTo = async (channel: string) =>
    (await client.get<{ rollouts: RolloutSummary[] }>(`v1/rollouts?name=core&channel=${channel}`))
      .rollouts[0]!.id;

  await put('1.9.0', null);
  await toStable('1.9.0');
  const joinToken = (await interlock('token', 'create', '--data', dataDir, '--role', 'join')).out.trim();
  const hosts = await joinFleet(server.url, joinToken, count);
  const [alpha, stable] = [hosts.slice(0, 16), hosts.slice(16)];
  for (const host of alpha) host.channel = 'alpha';
  await inTurns(hosts, (host) => host.checkIn());

  await client.replace('v1/policies/core/stable', { policy: careful });
  await client.replace('v1/policies/core/alpha', { policy: quick });
  await put('2.0.0', '1.9.0');
  await inTurns(alpha, (host) => host.update());
  await toStable('2.0.0');
  const rollouts = { stable: await rolloutTo('stable'), alpha: '' };
  ageRollout(dataDir, rollouts.stable, 30);
  const some = everyFew([8, 24], 'fell_back');
  await inTurns(stable.slice(0, 110), (host) => host.update(some), 6);
  await inTurns(stable.slice(110), (host) => host.update(() => 'on the way'), 6);

  await put('2.1.0', '2.0.0');
  const bad = everyFew([2, 5], 'failed');
  rollouts.alpha = await rolloutTo('alpha');
  await inTurns(alpha, (host) => host.update(bad), 4);
  await inTurns(hosts, (host) => host.checkIn());

  await client.send(`v1/hosts/${stable[2]!.id}/hold`, { held: true });
  await client.send(`v1/hosts/${stable[3]!.id}/pin`, { version: '1.9.0' });
  await client.send(`v1/hosts/${stable[4]!.id}/group`, { group: 'canary' });
  for (const host of stable.slice(2, 5)) await host.checkIn();
  await client.replace('v1/enrolment', { enrolment: 'open' });
  await (await joinFleet(server.url, undefined, 1))[0]!.checkIn();
  await stable[5]!.turnIntoTwo();
  await server.end();
  ageFleet(dataDir, {
    rollout: rollouts.stable,
    silent: stable.slice(6, 9).map(({ id }) => id),
    now: new Date(),
  });
  server = await startServer(dataDir);
  return { server, token, rollouts, hosts };
}

/** Lets the updates with these numbers end badly, and all others well. */
function everyFew(numbers: readonly number[], badly: Ending): () => Ending {
  let count = 0;
  return () => (numbers.includes(count++) ? badly : 'confirmed');
}
