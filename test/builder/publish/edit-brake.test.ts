import { createHash } from 'node:crypto';
import { cp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addBrake } from '../../../builder/keys/add-role.ts';
import { revokeKey, rotateKeys } from '../../../builder/keys/rotate.ts';
import { brakeBlock, brakeWithdraw } from '../../../builder/publish/edit-brake.ts';
import { showChannel } from '../../../builder/publish/edit-channel.ts';
import { promote } from '../../../builder/publish/promote.ts';
import { pushRenewed } from '../../../builder/publish/push-renewed.ts';
import type { Brake } from '../../../protocol/documents/brake.ts';
import { falsify, readKey, showRoles } from '../../support/trust/forge.ts';
import { makeHost, type TestHost } from '../../support/trust/host.ts';
import { makeRepository, type TestRepository } from '../../support/trust/repository.ts';

let repository: TestRepository;
let host: TestHost;
let onCall: string;
beforeEach(async () => {
  repository = await makeRepository();
  await repository.publish({ version: '1' });
  await addBrake(repository.keysDir, 'alpha');
  await repository.publish({ version: '2' });
  await repository.publish({ version: '3' });
  host = await makeHost(repository);
  onCall = join(repository.dir, 'on-call');
  await cp(repository.keysDir, onCall, { recursive: true });
  const others = (await readdir(onCall)).filter(
    (name) => name.endsWith('.pem') && name !== 'brake-alpha.pem',
  );
  for (const name of [...others, 'online', 'x509'])
    await rm(join(onCall, name), { recursive: true, force: true });
});
afterEach(() => repository.close());

const options = () => ({ server: repository.client, keysDir: onCall, name: 'tiny', channel: 'alpha' });

test('whoever is on call stops a version with one key, and lets it go again', async () => {
  expect(await host.offer('3', '2')).toMatchObject({ version: '3' });
  expect(await brakeBlock(options(), '3', 'leaks')).toBe(true);
  expect(await brakeBlock(options(), '3', 'leaks')).toBe(false);
  await expect(host.offer('3', '2')).rejects.toMatchObject({ code: 'offer_refused' });
  expect((await showChannel(options())).blocked).toEqual([{ version: '3', reason: 'brake: leaks' }]);
  expect(await brakeBlock(options(), '3', null)).toBe(true);
  expect(await host.offer('3', '2')).toMatchObject({ version: '3' });
});

test('and sends hosts back to the head before, until the channel speaks again', async () => {
  await expect(host.offer('2', '3')).rejects.toMatchObject({ code: 'offer_refused' });
  expect(await brakeWithdraw(options(), '3', undefined, 'no network')).toBe(true);
  expect(await showChannel(options())).toMatchObject({ head: { version: '2' }, serial: 3 });
  expect(await host.offer('2', '3')).toMatchObject({ version: '2' });
  await expect(host.offer('3', '2')).rejects.toMatchObject({ code: 'offer_refused' });
  await repository.publish({ version: '4' });
  expect(await host.offer('4', '3')).toMatchObject({ version: '4' });
  expect(await host.offer('4', '2')).toMatchObject({ version: '4' });
});

test('the brake goes nowhere else', async () => {
  const refused = { code: 'bad_input' };
  await expect(brakeWithdraw(options(), '2', '1', 'x')).rejects.toMatchObject(refused);
  await expect(brakeWithdraw(options(), '3', '4', 'x')).rejects.toMatchObject(refused);
  await expect(brakeWithdraw(options(), '3', '3', 'x')).rejects.toMatchObject(refused);
  await brakeBlock(options(), '2', 'x');
  await expect(brakeWithdraw(options(), '3', '2', 'x')).rejects.toThrow(/2 is blocked/);
  await expect(promote({ ...options(), version: '1', channel: 'stable' })).rejects.toMatchObject({
    code: 'keys_missing',
    details: { role: 'channel-stable' },
  });
});

test('server and host refuse what a stolen brake signs beyond its powers', async () => {
  await brakeBlock(options(), '1', 'x');
  const stolen = await readKey(repository, 'brake-alpha');
  const { server } = repository;
  const path = 'brakes/tiny/alpha.json';
  const forge = (document: Partial<Brake> & Record<string, unknown>, at = path) => {
    const text = JSON.stringify({
      format: 1,
      name: 'tiny',
      channel: 'alpha',
      serial: 9,
      blocked: [],
      withdrawn: null,
      ...document,
    });
    const json = falsify(
      server.state.roles['brake-alpha'] ?? '',
      (signed) => {
        signed.version++;
        signed.targets = { [at]: { length: Buffer.byteLength(text), hashes: { sha256: sha256(text) } } };
      },
      [stolen],
    );
    return { json, text };
  };
  const post = ({ json, text }: { json: string; text: string }, at = path) =>
    repository.client.post('/v1/publish', {
      roles: [{ role: 'brake-alpha', replaces: JSON.parse(json).signed.version - 1, json }],
      targets: { [at]: text },
      action: 'brake',
      name: 'tiny',
    });
  const invalid = { code: 'metadata_invalid' };
  const low = { version: '3', to: '0', reason: 'x' };
  await expect(post(forge({ withdrawn: low }))).rejects.toMatchObject(invalid);
  await expect(post(forge({ head: { version: '9', releases: {} } }))).rejects.toMatchObject(invalid);
  const foreign = 'channels/tiny/alpha.json';
  await expect(post(forge({}, foreign), foreign)).rejects.toMatchObject(invalid);

  const { json, text } = forge({ withdrawn: low });
  server.files.set(`/v1/tuf/targets/brakes/tiny/${sha256(text)}.alpha.json`, text);
  await showRoles(repository, { 'brake-alpha': json });
  await expect(host.offer('0', '3')).rejects.toMatchObject({ code: 'offer_refused' });
  await expect(host.offer('2', '3')).rejects.toMatchObject({ code: 'offer_refused' });
  expect(await host.offer('3', '2')).toMatchObject({ version: '3' });
});

test('a host does not forget a brake that it saw', async () => {
  const before = repository.server.state.roles['brake-alpha'] ?? '';
  const early = JSON.parse(before).signed.version;
  await brakeBlock(options(), '2', 'x');
  await host.offer('3', '1');
  expect(JSON.parse((await host.cache()) ?? '').serials).toMatchObject({ 'brakes/tiny/alpha.json': 1 });
  const replayed = falsify(before, (signed) => (signed.version = early + 5), [
    await readKey(repository, 'brake-alpha'),
  ]);
  await showRoles(repository, { 'brake-alpha': replayed });
  await expect(host.offer('3', '1')).rejects.toMatchObject({
    code: 'metadata_rollback',
    details: { role: 'brake-alpha', seen: 1 },
  });
});

test.each(['rotated', 'lost'])('a brake whose key is %s is exchanged', async (what) => {
  const { keysDir, client } = repository;
  await brakeBlock(options(), '3', 'x');
  if (what === 'lost') await rm(join(keysDir, 'brake-alpha.pem'));
  const targets = JSON.parse(repository.server.state.roles.targets ?? '').signed.delegations.roles;
  const { keyids } = targets.find(({ name }: { name: string }) => name === 'brake-alpha');
  await (what === 'lost' ? revokeKey(keysDir, keyids[0].slice(0, 8)) : rotateKeys(keysDir, 'brake-alpha'));
  expect(await pushRenewed(client, keysDir)).toBe(true);
  await expect(brakeBlock(options(), '1', 'x')).rejects.toMatchObject({ code: 'keys_missing' });
  await expect(host.offer('3', '2')).rejects.toMatchObject({ code: 'offer_refused' });
  expect(await brakeBlock({ ...options(), keysDir }, '3', null)).toBe(true);
  expect(await host.offer('3', '2')).toMatchObject({ version: '3' });
});

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
