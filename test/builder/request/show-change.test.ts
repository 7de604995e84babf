import { afterEach, beforeEach, expect, test } from 'vitest';
import { addBrake } from '../../../builder/keys/add-role.ts';
import { renewKeys } from '../../../builder/keys/renew.ts';
import { rotateKeys } from '../../../builder/keys/rotate.ts';
import { keysStatus } from '../../../builder/keys/status.ts';
import { blockVersion, setFloor } from '../../../builder/publish/edit-channel.ts';
import { promote } from '../../../builder/publish/promote.ts';
import { makeRepository, type TestRepository } from '../../support/trust/repository.ts';

let repository: TestRepository;
let shown: string;
const show = (text: string) => {
  shown += text;
};
beforeEach(async () => {
  repository = await makeRepository();
  shown = '';
});
afterEach(() => repository.close());

test('a change of keys is shown with whole ids and thresholds', async () => {
  const { keysDir } = repository;
  await rotateKeys(keysDir, 'channel-alpha', { show });
  expect(shown).toMatch(/channel-alpha: \+[0-9a-f]{64} -[0-9a-f]{64}/);
  const [id] = (await keysStatus(keysDir)).find(({ role }) => role === 'channel-alpha')!.ids;
  expect(shown).toContain(`channel-alpha: +${id}`);
  shown = '';
  await rotateKeys(keysDir, 'root', { show });
  expect(shown).toMatch(/^root 2, until .*\n {2}root: \+[0-9a-f]{64} -[0-9a-f]{64}/);
  shown = '';
  await addBrake(keysDir, 'alpha', { show });
  expect(shown).toContain('new brake-alpha: paths brakes/*/alpha.json');
  shown = '';
  await renewKeys(keysDir, { all: true, roles: ['releases'], show });
  expect(shown).toMatch(/^releases 2, until .*\n {4}[-+] \.(expires|version) /);
});

test('a change of a channel is shown against what the server shows', async () => {
  const { client: server, keysDir } = repository;
  await repository.publish({ version: '1' });
  await repository.publish({ version: '2' });
  await promote({ server, keysDir, name: 'tiny', version: '1', channel: 'stable', show });
  expect(shown).toMatch(/adds channels\/tiny\/stable\.json: head 1 \(x86-64 [0-9a-f]{64}\)/);
  expect(shown).toContain('+ channels/tiny/stable.json: .serial 1');
  shown = '';
  await setFloor({ server, keysDir, name: 'tiny', channel: 'alpha', show }, '1', true);
  expect(shown).toMatch(
    /changes channels\/tiny\/alpha\.json: head 2 .*, floors 1 \(x86-64 [0-9a-f]{64}\); until now: head 2 \(/,
  );
  expect(shown).toContain('- channels/tiny/alpha.json: .serial 2');
  expect(shown).toContain('+ channels/tiny/alpha.json: .floors[0].version "1"');
  shown = '';
  await blockVersion(
    { server, keysDir, name: 'tiny', channel: 'alpha', show },
    '2',
    'loses\u001b[2K packets',
  );
  expect(shown).toContain('.blocked[0].reason "loses\\x1b[2K packets"');
});
