import { collectDefaultMetrics } from '@prometheus-io/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createMetrics } from '../../../update-server/metrics/metrics.ts';
import { promtool } from '../../support/promtool.ts';
import { enrolHost, seeHost } from '../support/enrol.ts';
import { idleCheckIn } from '../support/idle-check-in.ts';
import { bearer, makeApp, type TestApp } from '../support/make-app.ts';

const metrics = createMetrics();
let server: TestApp;
beforeAll(async () => {
  collectDefaultMetrics({ register: metrics.registry });
  server = await makeApp({ metrics });
});
afterAll(() => server.close());

async function scrape(): Promise<string> {
  return (await server.app.inject({ url: '/metrics', headers: bearer(server.tokens.viewer) })).body;
}

it('says how many hosts run what, and where rollouts stand', async () => {
  const { store, clock } = server;
  const at = clock.now.toISOString();
  for (const id of ['host-0001', 'host-0002']) {
    await enrolHost(store, id, at);
    await seeHost(store, id, at, 'up_to_date');
  }
  await enrolHost(store, 'host-0003', at, { approved: false });
  await store.startRollouts(
    [
      {
        ...{ id: 'rollout-1', name: 'core', channel: 'stable', arch: 'x86-64', version: '2.0' },
        ...{ release: 'b'.repeat(64), created: at, starts: at },
        policy: { name: 'test', text: { failure_rate: { percent: 20, sample: 1 }, max_failures: 100 } },
      },
    ],
    { at, who: 'test', action: 'start rollout', subject: { kind: 'channel', id: 'core/stable' }, detail: '' },
  );
  const text = await scrape();
  const of = 'name="core",channel="stable",arch="x86-64",version="2.0"';
  for (const line of [
    'interlock_hosts{name="core",channel="stable",version="1.0",state="up_to_date"} 2',
    'interlock_hosts_unapproved 1',
    `interlock_rollout_state{${of},state="running"} 1`,
    `interlock_rollout_state{${of},state="halted"} 0`,
    `interlock_rollout_percent{${of}} 100`,
    `interlock_rollout_hosts{${of},what="active"} 2`,
    `interlock_rollout_failure_limit_ratio{${of}} 0.2`,
    'interlock_blob_bytes 0',
  ]) {
    expect(text.split('\n')).toContain(line);
  }
  expect(text).toContain('process_resident_memory_bytes');
});

it('counts what hosts do by the way, and what they were answered', async () => {
  const { app } = server;
  const payload = { machineId: '0'.repeat(32), hostname: 'web', name: 'core', arch: 'x86-64' };
  const { credential } = (await app.inject({ method: 'POST', url: '/v1/enroll', payload })).json();
  const body = idleCheckIn();
  const headers = bearer(credential);
  for (const one of [body, body, {}])
    await app.inject({ method: 'POST', url: '/v1/check-in', headers, payload: one });
  const report = {
    id: 'report-0001',
    grant: null,
    kind: 'failed',
    from: '1.0',
    version: '2.0',
    bootId: 'boot-one',
  };
  const reports = [{ ...report, at: server.clock.now.toISOString(), detail: '' }];
  await app.inject({ method: 'POST', url: '/v1/reports', headers, payload: { reports } });
  const lines = (await scrape()).split('\n');
  for (const line of [
    // the hosts of the test before came past the server's own door
    'interlock_enrolments_total 1',
    'interlock_check_ins_total{decision="no_such_channel"} 2',
    'interlock_reports_total{kind="failed"} 1',
    'interlock_requests_total{lane="hosts",status="2xx"} 3',
    'interlock_requests_total{lane="hosts",status="4xx"} 1',
  ]) {
    expect(lines).toContain(line);
  }
});

it('is as Prometheus wants it: promtool finds nothing to say', async () => {
  const { said, code } = await promtool(['check', 'metrics'], await scrape());
  expect(said.split('\n').filter((line) => line.includes('interlock_'))).toEqual([]);
  // 3: there is something to say about the names that the client library gives to what Node measures
  expect([0, 3]).toContain(code);
});
