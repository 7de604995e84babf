import { cp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { addBrake } from '../../../builder/keys/add-role.ts';
import { keysStatus } from '../../../builder/keys/status.ts';
import { pushRenewed } from '../../../builder/publish/push-renewed.ts';
import { loadOnlineKeys } from '../../../update-server/start/adopt-online-keys.ts';
import { showRoles } from '../../support/trust/forge.ts';
import { makeHost, type TestHost } from '../../support/trust/host.ts';
import { makeRepository, type TestRepository } from '../../support/trust/repository.ts';
import { show } from '../../support/trust/server.ts';
import { signAsShown, type } from '../../support/trust/type-command.ts';

let repository: TestRepository;
let host: TestHost;
afterEach(() => repository.close());

/** A repository with two releases, and a host that runs the first and has accepted the second. */
async function begin(options: { threshold: number; keys: number }): Promise<void> {
  repository = await makeRepository(options);
  await repository.publish({ version: '1' });
  await addBrake(repository.keysDir, 'alpha');
  await pushRenewed(repository.client, repository.keysDir);
  await repository.publish({ version: '2' });
  host = await makeHost(repository);
  await host.offer('2', '1');
}

/** The next release reaches the host that was there, and one that knows only its image's root. */
async function hostsFollow(version = '3'): Promise<void> {
  await repository.publish({ version });
  expect(await host.offer(version, '2')).toMatchObject({ version });
  expect(await (await makeHost(repository)).offer(version, '2')).toMatchObject({ version });
}

/** The id that `keys status` shows for a key that is gone. */
async function missing(role: string): Promise<string> {
  const row = (await keysStatus(repository.keysDir)).find((entry) => entry.role === role);
  expect(row?.missing).toHaveLength(1);
  return row?.missing[0] ?? '';
}

/** A holder's machine: the metadata and some of the private keys. */
async function holder(name: string, isTheirs: (file: string) => boolean): Promise<string> {
  const dir = join(repository.dir, name);
  await cp(repository.keysDir, dir, { recursive: true });
  const others = (await readdir(dir)).filter((file) => file.endsWith('.pem') && !isTheirs(file));
  for (const file of [...others, 'online', 'x509'])
    await rm(join(dir, file), { recursive: true, force: true });
  return dir;
}

test.each(['root', 'targets', 'releases', 'channel-alpha'])(
  'one of three keys of %s is lost',
  async (role) => {
    await begin({ threshold: 2, keys: 3 });
    const { keysDir: dir, server } = repository;
    await rm(join(dir, `${role}-2.pem`));
    await type(`keys revoke ${dir} ${await missing(role)} --server ${server.url}`);
    await type(`keys renew ${dir} --server ${server.url}`);
    const row = (await keysStatus(dir)).find((entry) => entry.role === role);
    expect(row).toMatchObject({ keys: 3, here: 3, threshold: 2, missing: [] });
    await hostsFollow();
  },
);

test.each(['targets', 'releases', 'channel-alpha', 'brake-alpha'])(
  'the only key of %s is lost, and the role above it names another',
  async (role) => {
    await begin({ threshold: 1, keys: 1 });
    const { keysDir: dir, server } = repository;
    await rm(join(dir, `${role}.pem`));
    await type(`keys rotate ${dir} ${role} --server ${server.url}`);
    await type(`keys renew ${dir} --server ${server.url}`);
    await hostsFollow();
    await type(`channel block tiny 3 --as brake --channel alpha --keys ${dir} --server ${server.url}`);
    await expect(host.offer('3', '2')).rejects.toMatchObject({ code: 'offer_refused' });
  },
);

test('the only key of root is lost: nothing can follow it, and nothing is broken by trying', async () => {
  await begin({ threshold: 1, keys: 1 });
  const { keysDir: dir } = repository;
  await rm(join(dir, 'root.pem'));
  await expect(type(`keys revoke ${dir} ${await missing('root')}`)).rejects.toMatchObject({
    code: 'keys_missing',
    details: { role: 'root' },
  });
  expect(await readdir(join(dir, 'metadata'))).not.toContain('2.root.json');
  await hostsFollow();
});

test.each(['root', 'targets', 'releases', 'channel-alpha'])(
  'a key of %s is lost, three holders have the keys on machines of their own, and a fourth takes over',
  async (role) => {
    await begin({ threshold: 2, keys: 3 });
    const { keysDir, server } = repository;
    const [anna, ben, desk] = [
      await holder('anna', (file) => file.endsWith('-1.pem') || file === 'brake-alpha.pem'),
      await holder('ben', (file) => file.endsWith('-2.pem')),
      await holder('desk', () => false),
    ];
    const carol = await holder('carol', () => false);
    await type(`keys make ${carol}/carol`);
    await rm(join(keysDir, `${role}-3.pem`));
    const lost = await missing(role);
    const stick = join(repository.dir, 'request.json');
    const at = `--server ${server.url}`;

    await type(`keys revoke ${desk} ${lost} --public-key ${carol}/carol.pub --export ${stick} ${at}`);
    await expect(type(`sign --import ${stick} --keys ${desk}`)).rejects.toMatchObject({
      code: 'metadata_invalid',
    });
    for (const dir of [anna, ben, carol]) await signAsShown(stick, dir);
    await type(`sign --import ${stick} --keys ${desk}`);
    await type(`keys renew ${desk} ${at}`);

    await type(`keys renew ${keysDir} ${at}`);
    await hostsFollow();

    await type(`keys renew ${desk} --all --export ${stick} ${at}`);
    for (const dir of [carol, anna, ben]) await signAsShown(stick, dir);
    await type(`sign --import ${stick} --keys ${desk}`);
    await type(`keys renew ${desk} ${at}`);
    expect(await host.offer('3', '2')).toMatchObject({ version: '3' });
    const shown = server.state.roles[role] ?? '';
    expect(JSON.parse(shown).signatures.map(({ keyid }: { keyid: string }) => keyid)).not.toContainEqual(
      expect.stringMatching(`^${lost}`),
    );
  },
);

test('a channel whose keys lie apart is promoted by gathering', async () => {
  await begin({ threshold: 2, keys: 3 });
  const { server } = repository;
  const [anna, ben, desk] = [
    await holder('anna', (file) => file.endsWith('-1.pem')),
    await holder('ben', (file) => file.endsWith('-2.pem')),
    await holder('desk', () => false),
  ];
  const stick = join(repository.dir, 'request.json');
  const at = `--server ${server.url}`;
  await type(`promote tiny 2 --to stable --keys ${desk} --export ${stick} ${at}`);
  await signAsShown(stick, anna);
  await expect(type(`sign --import ${stick} --keys ${desk} ${at}`)).rejects.toMatchObject({
    code: 'metadata_invalid',
  });
  await signAsShown(stick, ben);
  await expect(type(`sign --import ${stick} --keys ${desk}`)).rejects.toMatchObject({ code: 'usage' });
  await type(`sign --import ${stick} --keys ${desk} ${at}`);
  const stable = await makeHost(repository, { channel: 'stable' });
  expect(await stable.offer('2', '1')).toMatchObject({ version: '2' });
});

test('the server is stolen with its keys, and its hosts are pushed far ahead; one root takes them back', async () => {
  await begin({ threshold: 1, keys: 1 });
  const { keysDir: dir, server } = repository;
  const huge = 2 ** 40;
  const pushed = (text: string | undefined) =>
    (text ?? '').replace(/"version":\d+,"expires"/, `"version":${huge},"expires"`);
  server.state = {
    ...server.state,
    snapshot: pushed(server.state.snapshot),
    timestamp: pushed(server.state.timestamp),
  };
  await showRoles(repository, {});
  expect(await host.offer('2', '1')).toMatchObject({ version: '2' });
  expect((await host.cache())?.includes(String(huge + 1))).toBe(true);

  await type(`keys rotate ${dir} online`);
  server.state = { roles: {} };
  server.files.clear();
  server.online = await loadOnlineKeys(join(dir, 'online'));
  await type(`keys renew ${dir} --server ${server.url}`);
  await hostsFollow();
  expect((await host.cache())?.includes(String(huge))).toBe(false);
});

test('a thief who keeps the old online keys convinces nobody after that', async () => {
  await begin({ threshold: 1, keys: 1 });
  const { keysDir: dir, server } = repository;
  const [before, files, thief] = [server.state, new Map(server.files), server.online];
  await type(`keys rotate ${dir} online`);
  server.online = await loadOnlineKeys(join(dir, 'online'));
  await type(`keys renew ${dir} --server ${server.url}`);
  await hostsFollow();
  server.files = new Map([...files, ['/v1/tuf/metadata/2.root.json', server.state.roles.root ?? '']]);
  show(server, { state: before, files: { 'timestamp.json': before.timestamp ?? '' } });
  server.online = thief;
  await expect(host.offer('2', '1')).rejects.toMatchObject({ code: 'metadata_invalid' });
});

test('hosts with the oldest root walk a chain of eight, all of it kept and served', async () => {
  await begin({ threshold: 1, keys: 1 });
  const { keysDir: dir, server } = repository;
  for (const role of ['root', 'timestamp', 'root', 'online', 'targets', 'root', 'snapshot']) {
    await type(`keys rotate ${dir} ${role}`);
  }
  server.online = await loadOnlineKeys(join(dir, 'online'));
  await type(`keys renew ${dir} --server ${server.url}`);
  const roots = [...server.files.keys()].filter((file) => /\/\d+\.root\.json$/.test(file));
  expect(roots.toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((n) => `/v1/tuf/metadata/${n}.root.json`));
  expect((await readdir(join(dir, 'metadata'))).filter((name) => /^\d+\.root/.test(name))).toHaveLength(8);
  await hostsFollow();
});
