import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEtcdLock } from '../../../agent/lock/etcd.ts';
import type { Hold } from '../../../agent/ports/lock.ts';
import { makeCertificates } from '../../../builder/keys/certificates/certificates.ts';
import { type EtcdOptions, openEtcd } from '../../../system/etcd/etcd.ts';
import { type EtcdCluster, startEtcd } from '../../support/etcd.ts';

const self = { boot: 'boot-1', boots: ['boot-1'], seen: {} };
const holdAt = ({ endpoints }: EtcdCluster): Hold => ({
  kind: 'etcd',
  endpoints,
  group: 'g',
  host: 'h',
  clusterId: '',
  boot: 'boot-1',
  nonce: '1'.repeat(32),
});
const acquire = (cluster: EtcdCluster, options: Omit<EtcdOptions, 'endpoints'>) =>
  openEtcdLock({ endpoints: cluster.endpoints, ...options }, () => new Date()).acquire(
    holdAt(cluster),
    'a'.repeat(64),
    self,
  );

describe('etcd that wants client certificates', () => {
  let folder: string;
  let cluster: EtcdCluster;
  const pem: Record<string, string> = {};

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'interlock-tls-'));
    const files = makeCertificates({ name: 'test', tlsNames: ['127.0.0.1', 'localhost'] }, new Date());
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), content);
      pem[name] = content.toString();
    }
    cluster = await startEtcd(1, [
      `--cert-file=${join(folder, 'x509/tls-server.crt')}`,
      `--key-file=${join(folder, 'x509/tls-server.key')}`,
      `--trusted-ca-file=${join(folder, 'x509/tls-ca.crt')}`,
      '--client-cert-auth',
    ]);
  });
  afterAll(async () => {
    await cluster?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('gives a place to a client with one', async () => {
    const ca = pem['x509/tls-ca.crt']!;
    const client = { cert: pem['x509/tls-server.crt']!, key: pem['x509/tls-server.key']! };
    for (let n = 0; n < 50; n++) {
      const answer = await acquire(cluster, { ca, ...client });
      if (answer.kind === 'held') return;
      expect(answer.kind).toBe('unknown');
    }
    throw new Error('never held');
  });

  it('refuses one without, and is refused when its authority is not ours', async () => {
    expect((await acquire(cluster, { ca: pem['x509/tls-ca.crt']! })).kind).not.toBe('held');
    expect(await acquire(cluster, {})).toMatchObject({ kind: 'wait', reason: 'unreachable' });
  });
});

describe('etcd that wants a user', () => {
  let cluster: EtcdCluster;
  beforeAll(async () => {
    cluster = await startEtcd(1, ['--auth-token-ttl=1']);
    const etcd = openEtcd({ endpoints: cluster.endpoints });
    await etcd.call('auth/user/add', { name: 'root', password: 'secret' });
    await etcd.call('auth/role/add', { name: 'root' });
    await etcd.call('auth/user/grant', { user: 'root', role: 'root' });
    await etcd.call('auth/enable', {});
    etcd.close();
  });
  afterAll(() => cluster?.stop());

  it('gives a place to its user, also after the token has lapsed, and to nobody else', async () => {
    expect((await acquire(cluster, { username: 'root', password: 'secret' })).kind).toBe('held');
    await expect(acquire(cluster, { username: 'root', password: 'wrong' })).rejects.toMatchObject({
      code: 'answer_invalid',
    });
    await expect(acquire(cluster, {})).rejects.toMatchObject({ code: 'answer_invalid' });
    const etcd = openEtcd({ endpoints: cluster.endpoints, username: 'root', password: 'secret' });
    await etcd.read('x');
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect((await etcd.read('x')).found).toBeNull();
    etcd.close();
  });
});
