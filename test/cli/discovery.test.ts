import { afterAll, beforeAll, expect, it } from 'vitest';
import { openEtcd } from '../../system/etcd/etcd.ts';
import { type EtcdCluster, startEtcd } from '../support/etcd.ts';
import { interlock } from '../update-server/support/start-server.ts';

let cluster: EtcdCluster;
beforeAll(async () => {
  cluster = await startEtcd();
});
afterAll(() => cluster?.stop());

it('writes a size where etcd 3.6 looks for it, for a week', async () => {
  const flags = ['--size', '5', '--etcd', cluster.endpoints.join(), '--json'];
  const made = await interlock('discovery', 'new', ...flags);
  const { token, size, expires } = JSON.parse(made.out);
  expect(token).toMatch(/^[0-9a-f]{32}$/);
  expect(size).toBe(5);
  const etcd = openEtcd({ endpoints: cluster.endpoints });
  const prefix = `/_etcd/registry/${token}/`;
  const { kvs } = (await etcd.call('kv/range', {
    key: btoa(prefix),
    range_end: btoa(prefix.replace(/\/$/, '0')),
  })) as { kvs: { key: string; value: string; lease: string }[] };
  expect(kvs.map(({ key, value }) => [atob(key), atob(value)])).toEqual([[`${prefix}_config/size`, '5']]);
  const { TTL } = await etcd.call('lease/timetolive', { ID: kvs[0]!.lease });
  etcd.close();
  const week = 7 * 24 * 60 * 60;
  expect(Math.abs(Number(TTL) - week)).toBeLessThan(60);
  expect(Math.abs(Date.parse(expires) - Date.now() - week * 1000)).toBeLessThan(60_000);
});

it('says what is wrong', async () => {
  const wrong = await interlock('discovery', 'new', '--size', '12', '--etcd', cluster.endpoints.join());
  expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('--size is 12')]);
  const away = await interlock('discovery', 'new', '--etcd', 'http://127.0.0.1:9');
  expect([away.code, away.err]).toEqual([69, expect.stringContaining('127.0.0.1:9')]);
});
