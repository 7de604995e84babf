import { afterEach, beforeEach, expect, it } from 'vitest';
import { decisionLabel } from '../../dashboard/labels/reason.ts';
import type { Channel } from '../../protocol/documents/channel.ts';
import { bearer, makeApp, type TestApp } from '../update-server/support/make-app.ts';

let server: TestApp;
beforeEach(async () => {
  server = await makeApp();
});
afterEach(() => server.close());

const words = ['constructor', 'tostring', 'valueof', 'hasownproperty'];

it.each(words)('a group, a channel, an image and a state called %s are words like others', async (word) => {
  const { app, store, clock } = server;
  const { revision, state } = await store.repository();
  const head = { version: 'toString', releases: { 'x86-64': 'a'.repeat(64) } };
  const channel: Channel = {
    ...{ format: 1, name: word, channel: word, serial: 1, head, floors: [], minimum: null },
    ...{ blocked: [], withdrawn: [] },
  };
  const parts = { state, files: {}, targets: {}, releases: [], channels: [channel] };
  await store.publish({ ...parts, basedOn: revision }, clock.now.toISOString());
  const { token } = (await server.post('/v1/tokens', { role: 'join' }, 'admin')).body;
  const facts = { machineId: 'a'.repeat(32), hostname: word, name: word, arch: 'x86-64' };
  const enrolled = await app.inject({
    method: 'POST',
    url: '/v1/enroll',
    payload: { joinToken: token, ...facts },
  });
  const { hostId, credential } = enrolled.json();
  const said = { name: word, version: 'constructor', arch: 'x86-64', channel: word, group: word, at: word };
  const payload = { ...said, bootId: 'constructor', rootHash: 'b'.repeat(64), failed: ['valueOf'] };
  const answer = await app.inject({
    method: 'POST',
    url: '/v1/check-in',
    payload,
    headers: bearer(credential),
  });
  expect([answer.statusCode, answer.json().decision]).toEqual([
    200,
    { offer: expect.objectContaining({ version: 'toString' }) },
  ]);
  expect((await server.post('/v1/rollouts/preview', { name: word, channel: word })).status).toBe(200);
  for (const url of [`/v1/hosts/${hostId}`, '/v1/overview', `/v1/hosts?group=${word}`, '/v1/rollouts']) {
    expect([url, (await server.get(url)).status]).toEqual([url, 200]);
  }
});

it('a decision called constructor is a word too', () => {
  expect(decisionLabel('constructor')).toBe('constructor');
});
