import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Channel } from '../../protocol/documents/channel.ts';
import { makeApp, type TestApp } from '../update-server/support/make-app.ts';

let server: TestApp;
beforeEach(async () => {
  server = await makeApp();
  for (const name of ['core', 'tiny']) await publish(name);
});
afterEach(() => server.close());

async function publish(name: string): Promise<void> {
  const { store, clock } = server;
  const { revision, state } = await store.repository();
  const head = { version: '2.0', releases: { 'x86-64': 'a'.repeat(64) } };
  const channel: Channel = {
    ...{ format: 1, name, channel: 'stable', serial: 1, head, floors: [], minimum: null },
    ...{ blocked: [], withdrawn: [] },
  };
  const parts = { state, files: {}, targets: {}, releases: [], channels: [channel] };
  await store.publish({ ...parts, basedOn: revision }, clock.now.toISOString());
}

const rolloutOf = async (name: string) =>
  (await server.get('/v1/rollouts')).body.rollouts.find((one: { name: string }) => one.name === name);

/** Writes into the database what no route lets in any more. */
function damage(column: string, value: string): void {
  const db = new Database(join(server.dir, 'interlock.db'));
  db.prepare(`UPDATE rollout SET ${column} = ? WHERE name = 'core'`).run(value);
  db.close();
}

describe('a date that the calendar does not have', () => {
  it.each(['2026-13-01T00:00:00Z', '2026-02-30T00:00:00Z', '2026-01-01T25:00:00Z'])(
    'starts no rollout and previews none: %s',
    async (starts) => {
      const body = { name: 'core', channel: 'stable', starts };
      for (const path of ['/v1/rollouts', '/v1/rollouts/preview']) {
        const answer = await server.post(path, body);
        expect([answer.status, answer.body.value]).toEqual([400, expect.stringContaining('calendar')]);
      }
      expect((await server.get('/v1/rollouts')).body.rollouts).toHaveLength(2);
    },
  );
});

describe('a bad value that is stored already', () => {
  it.each([
    ['starts', '2026-13-01T00:00:00Z'],
    ['resumed', 'yesterday'],
    ['created', ''],
    ['ramp_since', '2026-02-30T00:00:00.000Z'],
    ['policy', '{"max_failures": 1e300}'],
    ['policy', '{'],
  ])('in %s hides nothing, and its rollout can be aborted', async (column, value) => {
    const { id } = await rolloutOf('core');
    damage(column, value);
    // a write makes the store read its rollouts anew
    await server.store.advance(server.clock.now, 0);
    const urls = [
      '/v1/rollouts',
      `/v1/rollouts/${id}`,
      `/v1/rollouts/${id}/curve`,
      '/v1/overview',
      '/metrics',
    ];
    for (const url of urls) {
      const answer = await server.app.inject({
        url,
        headers: { authorization: `Bearer ${server.tokens.viewer}` },
      });
      expect([url, answer.statusCode]).toEqual([url, 200]);
    }
    expect((await rolloutOf('core')).reason).toContain('damaged');
    expect(await rolloutOf('tiny')).toMatchObject({ state: 'running', reason: '' });
    expect((await server.post(`/v1/rollouts/${id}/finish`, {})).status).toBe(409);
    for (const action of ['pause', 'abort']) {
      expect((await server.post(`/v1/rollouts/${id}/${action}`, {})).status).toBe(200);
    }
    expect((await rolloutOf('core')).state).toBe('aborted');
  });

  it('in a channel’s policy is said, and a new one takes its place', async () => {
    const put = () =>
      server.app.inject({
        method: 'PUT',
        url: '/v1/policies/core/stable',
        headers: { authorization: `Bearer ${server.tokens.operator}` },
        payload: { policy: 'careful' },
      });
    expect((await put()).statusCode).toBe(200);
    const db = new Database(join(server.dir, 'interlock.db'));
    db.prepare("UPDATE policy SET policy = '{'").run();
    db.close();
    const shown = await server.get('/v1/policies/core/stable');
    expect([shown.status, shown.body.value]).toEqual([400, expect.stringContaining('set it again')]);
    expect((await put()).statusCode).toBe(200);
    expect((await server.get('/v1/policies/core/stable')).status).toBe(200);
  });
});
