import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initKeys } from '../../builder/keys/init.ts';
import { publish } from '../../builder/publish/publish.ts';
import { rollback } from '../../builder/publish/rollback.ts';
import { createClient } from '../../cli/client/client.ts';
import type { CheckInAnswer } from '../../protocol/api/check-in.ts';
import type { AuditLine, HostDetail } from '../../protocol/api/operator.ts';
import type { Channel } from '../../protocol/documents/channel.ts';
import { makeRelease, sha256 } from './support/make-release.ts';
import { adminToken, interlock, type ServerProcess, scratch, startServer } from './support/start-server.ts';

const { dir, remove } = scratch();
const keysDir = join(dir, 'keys');
const dataDir = join(dir, 'data');
let server: ServerProcess;
let admin: string;
let credential: string;

beforeAll(async () => {
  await initKeys(keysDir, {
    channels: ['alpha', 'beta'],
    threshold: 1,
    keys: 1,
  });
  server = await startServer(dataDir, '--online-keys', join(keysDir, 'online'));
  admin = adminToken(server);
});
afterAll(async () => {
  await server.end();
  remove();
});

function client() {
  return createClient({ server: server.url, token: admin });
}

describe('a release on its way through the server', () => {
  it('is published, offered, installed and reported', async () => {
    const { dir: releaseDir, release, payload } = makeRelease(dir, '1.0');
    const outcome = await publish({ server: client(), keysDir, releaseDir, channel: 'alpha' });
    expect(outcome).toMatchObject({ published: true, uploaded: payload.length + 2 * 64 });

    const blob = await fetch(`${server.url}/v1/blobs/${sha256(payload)}`);
    expect(sha256(new Uint8Array(await blob.arrayBuffer()))).toBe(sha256(payload));
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);

    const again = await publish({ server: client(), keysDir, releaseDir, channel: 'alpha' });
    expect(again).toMatchObject({ published: false, uploaded: 0 });

    const join = await interlock('token', 'create', '--data', dataDir, '--role', 'join');
    const host = createClient({ server: server.url });
    const enrolled = await host.post<{ hostId: string; credential: string }>('v1/enroll', {
      joinToken: join.out.trim(),
      machineId: '0'.repeat(32),
      hostname: 'web-1',
      name: 'tiny',
      arch: 'x86-64',
    });
    credential = enrolled.credential;
    const { decision } = await checkIn({ version: '0.9', bootId: 'boot-one' });
    if (!('offer' in decision)) throw new Error(`no offer: ${decision.none}`);
    expect(decision.offer.version).toBe('1.0');
    const target = await client().text(
      `v1/tuf/targets/tiny/1.0/x86-64/${decision.offer.release}.release.json`,
    );
    expect(sha256(target!)).toBe(decision.offer.release);
    expect(JSON.parse(target!)).toEqual(release);

    const report = {
      id: 'report-0001',
      grant: decision.offer.grant,
      kind: 'confirmed',
      from: '0.9',
      version: '1.0',
      bootId: 'boot-two',
      at: new Date().toISOString(),
      detail: '',
    };
    for (let repeat = 0; repeat < 2; repeat++) await asHost().post('v1/reports', { reports: [report] });
    await checkIn({ version: '1.0', bootId: 'boot-two' });
    const shown = await client().get<HostDetail>(`v1/hosts/${enrolled.hostId}`);
    expect(shown.reports).toHaveLength(1);
    expect(shown.grants).toMatchObject([{ version: '1.0', outcome: 'confirmed' }]);
    expect(shown).toMatchObject({ version: '1.0', decision: 'up_to_date' });
    expect(shown.why).toBe('The host runs the head of its channel.');
  });

  it('sends a host back from a withdrawn version', async () => {
    const next = makeRelease(dir, '2.0');
    await publish({ server: client(), keysDir, releaseDir: next.dir, channel: 'alpha' });
    await rollback({ server: client(), keysDir, name: 'tiny', channel: 'alpha', to: '1.0', reason: 'bad' });
    const { channels } = await client().get<{ channels: Channel[] }>('v1/channels/tiny');
    expect(channels[0]!.withdrawn).toEqual([{ version: '2.0', to: '1.0', reason: 'bad' }]);
    const { decision } = await checkIn({ version: '2.0', bootId: 'boot-three' });
    expect(decision).toMatchObject({ offer: { version: '1.0' } });
  });

  it('lets one of two publications at the same moment through and tells the other why', async () => {
    const request = await signedChange();
    const answers = await Promise.all([post(request), post(request)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const loser = answers.find(({ status }) => status === 409)!;
    expect(await loser.json()).toMatchObject({ kind: 'metadata_conflict' });
  });

  it('writes down who published what', async () => {
    const { lines } = await client().get<{ lines: AuditLine[] }>('v1/audit');
    expect(lines.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['init', 'publish', 'enroll', 'create token']),
    );
  });
});

function asHost() {
  return createClient({ server: server.url, token: credential });
}

function checkIn(said: { version: string; bootId: string }): Promise<CheckInAnswer> {
  const rest = { name: 'tiny', arch: 'x86-64', channel: 'alpha', group: 'web', at: 'idle', failed: [] };
  return asHost().post('v1/check-in', { ...rest, rootHash: 'a'.repeat(64), ...said });
}

async function signedChange(): Promise<unknown> {
  let caught: unknown;
  const real = client();
  const tap = {
    ...real,
    post: async <T>(path: string, body: unknown): Promise<T> => {
      if (path !== '/v1/publish') return real.post<T>(path, body);
      caught = body;
      return { snapshot: 0, timestamp: 0 } as T;
    },
  };
  const { dir: releaseDir } = makeRelease(dir, '3.0');
  await publish({ server: tap, keysDir, releaseDir, channel: 'beta' });
  return caught;
}

function post(body: unknown): Promise<Response> {
  return fetch(`${server.url}/v1/publish`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${admin}` },
    body: JSON.stringify(body),
  });
}
