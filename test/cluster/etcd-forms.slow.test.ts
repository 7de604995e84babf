import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readHostEtcd } from '../../agent/etcd/host-etcd.ts';
import { hostLockOptions } from '../../agent/etcd/lock-options.ts';
import { makeUsers } from '../../agent/etcd/make-users.ts';
import { openHostEtcd, tlsOf } from '../../agent/etcd/open-etcd.ts';
import { renewHost } from '../../agent/etcd/renew.ts';
import { openEtcdLock } from '../../agent/lock/etcd.ts';
import {
  etcdAuthorityFile,
  etcdStateFile,
  etcdUsersFile,
  hostCertificateFile,
  hostKeyFile,
  memberEnvironmentFile,
  peerAuthorityFile,
  peerCertificateFile,
  peerPort,
} from '../../protocol/etcd/host-files.ts';
import { type EtcdUser, etcdRoles } from '../../protocol/etcd/roles.ts';
import { lockKey } from '../../protocol/lock/lock-value.ts';
import { ensureUsers } from '../../system/etcd/ensure-users.ts';
import { openEtcd } from '../../system/etcd/etcd.ts';
import { listMembers } from '../../system/etcd/members.ts';
import {
  type EtcdWorld,
  environmentOf,
  type FolderHost,
  startEtcdWorld,
  until,
} from '../support/etcd-world.ts';
import { interlock } from '../update-server/support/start-server.ts';

/** One document for all four: three become members, the last one a client. */
const documentOf = (world: EtcdWorld, discovery: string, secret: string) => `#cloud-config
interlock:
  lock:
    kind: etcd
  etcd:
    mode: auto
    discovery: ${discovery}
    authority: "${world.fingerprint}"
    signer: ${world.signerUrl}
    join: ${secret}
`;

describe.each(['bookworm', 'trixie'] as const)('etcd of %s from one document of user-data', (release) => {
  let world: EtcdWorld;
  let hosts: FolderHost[];
  let three: FolderHost[];
  let client: FolderHost;
  let document: string;
  beforeAll(async () => {
    world = await startEtcdWorld(release);
    const secret = await world.newSecret('--hosts', '4', '--members', '3');
    document = documentOf(world, await world.newDiscovery(3), secret);
    hosts = await Promise.all(['n1', 'n2', 'n3', 'n4'].map((name) => world.addHost(name, document)));
  });
  afterAll(() => world?.stop());

  const members = async () => {
    const states = await Promise.all(
      hosts.map(async (host) => ({ host, state: await readHostEtcd(host.root) })),
    );
    return states.filter(({ state }) => state?.mode === 'member').map(({ host }) => host);
  };

  it('makes three healthy members with TLS and one client', async () => {
    const [first, ...others] = hosts;
    const [{ code, err }] = await Promise.all([
      first!.agent('etcd', 'prepare'),
      ...others.map((host) => host.prepare()),
    ]);
    expect(code, err).toBe(0);
    three = await members();
    expect(three).toHaveLength(3);
    client = hosts.find((host) => !three.includes(host))!;
    for (const host of three) host.startEtcd();
    const made = await Promise.all(three.map(({ root }) => makeUsers(root)));
    expect(made.filter(Boolean).length).toBeGreaterThan(0);
    const etcd = await openHostEtcd(client.root, 'lock');
    try {
      await until(async () => {
        const listed = await listMembers(etcd);
        expect(listed.map(({ name }) => name)).toEqual(three.map(({ name }) => name).toSorted());
        expect(listed.flatMap(({ clientUrls }) => clientUrls)).toEqual(
          listed.flatMap(({ name }) => `https://${three.find((host) => host.name === name)!.address}:2379`),
        );
      });
    } finally {
      etcd.close();
    }
  });

  it('lets etcd, which is a user of its own, read certificates whatever the mask of the agent', () => {
    for (const { root } of hosts) {
      for (const file of [etcdAuthorityFile, hostCertificateFile, peerAuthorityFile, peerCertificateFile])
        if (existsSync(join(root, file))) expect(statSync(join(root, file)).mode & 0o777, file).toBe(0o644);
    }
    expect(existsSync(join(hosts[0]!.root, hostCertificateFile))).toBe(true);
  });

  it('keeps keys, passwords and data from other users of the host', () => {
    for (const { root } of three) {
      for (const file of [hostKeyFile, etcdUsersFile, memberEnvironmentFile])
        expect(statSync(join(root, file)).mode & 0o077, file).toBe(0);
      expect(statSync(environmentOf(join(root, memberEnvironmentFile)).ETCD_DATA_DIR!).mode & 0o777).toBe(
        0o700,
      );
    }
    const users = Object.keys(JSON.parse(readFileSync(join(client.root, etcdUsersFile), 'utf8')) as object);
    expect(users.toSorted()).toEqual(['lock', 'register', 'worker']);
  });

  it('gives the agent’s lock a place, on a member and on a client, without any endpoint in the settings', async () => {
    for (const [index, { root }] of [three[0]!, client].entries()) {
      const options = await hostLockOptions(root);
      const lock = openEtcdLock(options, () => new Date());
      const hold = {
        kind: 'etcd' as const,
        endpoints: [...options.endpoints],
        group: `g${index}`,
        host: `h${index}`,
        clusterId: '',
        boot: 'boot-1',
        nonce: '1'.repeat(32),
      };
      await until(async () => {
        const answer = await lock.acquire(hold, 'a'.repeat(64), {
          boot: 'boot-1',
          boots: ['boot-1'],
          seen: {},
        });
        expect(answer).toMatchObject({ kind: 'held' });
      });
    }
  });

  it('lets each role touch its own keys and no other’s', async () => {
    const names = Object.keys(etcdRoles) as EtcdUser[];
    const prefixes = [...new Set(names.flatMap((name) => etcdRoles[name].map(({ prefix }) => prefix)))];
    const [member] = three;
    for (const name of names) {
      const etcd = await openHostEtcd(member!.root, name);
      try {
        for (const prefix of [...prefixes, '/other/']) {
          const grants = etcdRoles[name].filter((grant) => prefix.startsWith(grant.prefix));
          const key = `${prefix}tried`;
          const reads = await etcd.read(key).then(
            () => true,
            (error: Error) => !/permission denied/.test(error.message),
          );
          const writes = await etcd.call('kv/put', { key: btoa(key), value: btoa('x') }).then(
            () => true,
            (error: Error) => !/permission denied/.test(error.message),
          );
          const expected = [grants.length > 0, grants.some(({ permission }) => permission === 'READWRITE')];
          expect([reads, writes], `${name} at ${key}`).toEqual(expected);
        }
        await expect(etcd.call('auth/user/list', {}), name).rejects.toThrow(/permission denied/);
      } finally {
        etcd.close();
      }
    }
  });

  it('answers nobody without a certificate or without a user', async () => {
    const { endpoints, ca, cert, key } = await tlsOf(client.root, (await readHostEtcd(client.root))!.members);
    const asked = async (tls: { cert?: string; key?: string }) => {
      const etcd = openEtcd({ endpoints, ca: ca!, ...tls });
      try {
        return await etcd.read(lockKey('g0')).then(
          () => 'an answer',
          (error: Error) => error.message,
        );
      } finally {
        etcd.close();
      }
    };
    expect(await asked({})).not.toBe('an answer');
    expect(await asked({ cert: cert!, key: key! })).toMatch(/user name is empty|permission denied/);
  });

  it('lets no client pass for a member: its certificate is of another authority', async () => {
    const [member] = three;
    const asPeer = (root: string, certificate: string) =>
      new Promise<string>((resolve) => {
        const socket = connect({
          host: member!.address,
          port: peerPort,
          rejectUnauthorized: false,
          cert: readFileSync(join(root, certificate)),
          key: readFileSync(join(root, hostKeyFile)),
        });
        socket.once('secureConnect', () =>
          socket.write('GET /members HTTP/1.1\r\nHost: peer\r\nConnection: close\r\n\r\n'),
        );
        socket.once('data', (data) => {
          socket.destroy();
          resolve(data.toString('utf8').split('\r\n', 1)[0]!);
        });
        socket.once('error', (error) => resolve(error.message));
        socket.once('close', () => resolve('closed'));
      });
    expect(await asPeer(three[1]!.root, peerCertificateFile)).toBe('HTTP/1.1 200 OK');
    expect(await asPeer(client.root, hostCertificateFile)).not.toContain('200');
  });

  it('changes nothing when it is all done again, or when the making of users was cut anywhere', async () => {
    const [member] = three;
    const before = readFileSync(join(member!.root, memberEnvironmentFile), 'utf8');
    await member!.prepare();
    expect(readFileSync(join(member!.root, memberEnvironmentFile), 'utf8')).toBe(before);
    expect(await makeUsers(member!.root)).toBe(false);
    const tls = await tlsOf(member!.root, (await readHostEtcd(member!.root))!.members);
    const passwords = JSON.parse(readFileSync(join(member!.root, etcdUsersFile), 'utf8')) as Record<
      string,
      string
    >;
    const root = openEtcd({ ...tls, username: 'root', password: passwords.root! });
    try {
      await root.call('auth/disable', {});
      await root.call('auth/role/delete', { role: 'register' });
      await root.call('auth/user/delete', { name: 'swarm' });
    } catch {
      // once authentication is off, the rest is done without a user below
    } finally {
      root.close();
    }
    expect(await ensureUsers((login) => openEtcd({ ...tls, ...login }), passwords)).toBe(true);
    const register = await openHostEtcd(client.root, 'register');
    try {
      await register.call('kv/put', { key: btoa('/services/a'), value: btoa('x') });
    } finally {
      register.close();
    }
  });

  it('renews certificates by the present one, with the same key, while etcd runs', async () => {
    const [member] = three;
    const read = (file: string) => readFileSync(join(member!.root, file), 'utf8');
    const [certificate, key] = [read(hostCertificateFile), read(hostKeyFile)];
    const state = (await readHostEtcd(member!.root))!;
    expect(await renewHost(member!.root, await member!.settings(), state, new Date())).toBe(false);
    const renewed = await member!.agent('etcd', 'renew', '--now');
    expect(renewed.err).toBe('');
    expect(read(hostCertificateFile)).not.toBe(certificate);
    expect(read(hostKeyFile)).toBe(key);
    const etcd = await openHostEtcd(member!.root, 'lock');
    try {
      await etcd.read(lockKey('g0'));
    } finally {
      etcd.close();
    }
  });

  it('replaces a lost member, and none that answers or that the others cannot do without', async () => {
    const [member, lost, other] = three as [FolderHost, FolderHost, FolderHost];
    const replace = () => interlock('etcd', 'replace-member', lost.name, '--keys', world.keys);
    const alive = await replace();
    expect(alive).toMatchObject({ code: 75 });
    expect(alive.err).toContain('it answers, so it is not lost');
    await lost.lose();
    await other.stopEtcd();
    // the one that is left soon knows no leader
    expect((await replace()).err).toMatch(/[01] of the other 2 members are healthy, 2 are needed/);
    other.startEtcd();
    await until(async () => {
      const done = await replace();
      expect(done.code, done.err).toBe(0);
    });
    const next = await world.addHost(lost.name, document);
    expect(await next.prepare()).toMatchObject({ mode: 'member', replaces: true });
    next.startEtcd();
    await until(async () => {
      const { out } = await interlock('etcd', 'status', '--keys', world.keys, '--json');
      const { members, spare } = JSON.parse(out) as {
        members: { name: string; isHealthy: boolean }[];
        spare: number;
      };
      const names = three.map(({ name }) => name).toSorted();
      expect(members.map(({ name, isHealthy }) => [name, isHealthy])).toEqual(
        names.map((name) => [name, true]),
      );
      expect(spare).toBe(1);
    });
    const { code, err } = await interlock('etcd', 'defrag', '--keys', world.keys);
    expect(code, err).toBe(0);
    const etcd = await openHostEtcd(member.root, 'lock');
    try {
      expect((await etcd.read(lockKey('g0'))).found).not.toBeNull();
    } finally {
      etcd.close();
    }
  });

  it('refuses a host with the token and without a secret, and goes on after a power cut', async () => {
    const stranger = await world.addHost('n5', document.replace(/join: .*/, 'join: guessed'));
    await expect(stranger.prepare()).rejects.toThrow('it does not know this join secret');
    expect(await readHostEtcd(stranger.root)).toMatchObject({ mode: null, ready: false });
    // the power went before the environment was written
    const file = join(client.root, etcdStateFile);
    const state = JSON.parse(readFileSync(file, 'utf8')) as object;
    writeFileSync(file, JSON.stringify({ ...state, ready: false, mode: null }));
    expect(await client.prepare()).toMatchObject({ mode: 'client', ready: true });
  });
});
