import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { initKeys } from '../../builder/keys/init.ts';
import { promote } from '../../builder/publish/promote.ts';
import { publish } from '../../builder/publish/publish.ts';
import { createClient } from '../../cli/client/client.ts';
import type { ChannelsAnswer } from '../../protocol/api/operator.ts';
import { checkedText, type Intent } from '../../protocol/documents/intent.ts';
import { makeRelease } from '../update-server/support/make-release.ts';
import {
  adminToken,
  interlock,
  type ServerProcess,
  scratch,
  startServer,
} from '../update-server/support/start-server.ts';

const { dir, remove } = scratch();
const keysDir = join(dir, 'keys');
let server: ServerProcess;
let admin: string;

beforeAll(async () => {
  await initKeys(keysDir, { channels: ['alpha', 'stable'], threshold: 1, keys: 1 });
  server = await startServer(join(dir, 'data'), '--online-keys', join(keysDir, 'online'));
  admin = adminToken(server);
  for (const version of ['1.0', '2.0']) {
    const { dir: releaseDir } = makeRelease(dir, version);
    await publish({ server: client(), keysDir, releaseDir, channel: 'alpha' });
  }
  await promote({ server: client(), keysDir, name: 'tiny', version: '1.0', channel: 'stable' });
});
afterAll(async () => {
  await server.end();
  remove();
});

const client = () => createClient({ server: server.url, token: admin });
const stable = async () =>
  (await client().get<ChannelsAnswer>('v1/channels/tiny')).channels.find(
    ({ channel }) => channel === 'stable',
  )!;

/** What the dashboard's download link fetches. */
async function download(file: string, channel: string, words: Record<string, string>): Promise<string> {
  const query = new URLSearchParams({ server: server.url, ...words });
  const intent = await client().get<Intent>(`v1/intents/tiny/${channel}?${query}`);
  const path = join(dir, file);
  writeFileSync(path, JSON.stringify(intent, null, 1));
  return path;
}

const carryOut = (file: string, ...words: string[]) =>
  interlock('intent', file, '--keys', keysDir, '--server', server.url, '--token', admin, ...words);

it('shows what it would change, signs exactly that, and is refused once the channel has moved on', async () => {
  const file = await download('promote.json', 'stable', { verb: 'promote', version: '2.0' });
  const shown = await carryOut(file, '--show', '--json');
  const { digest, text } = JSON.parse(shown.out) as { digest: string; text: string };
  expect(text).toContain('2.0');
  expect((await stable()).head.version).toBe('1.0');

  const unasked = await carryOut(file);
  expect(unasked.err).toContain('there is no terminal to ask on');
  expect(unasked.err).toContain(digest);
  expect((await carryOut(file, '--digest', 'f'.repeat(64))).err).toContain('its digest is not');
  expect((await stable()).head.version).toBe('1.0');

  const done = await carryOut(file, '--digest', digest);
  expect(done.out).toContain('promote tiny 2.0 on stable: is signed and published');
  expect((await stable()).head.version).toBe('2.0');

  const again = await carryOut(file, '--yes');
  expect(again.err).toContain('moved on');
  expect(again.err).toMatch(/expects serial 1 .* has serial 2/);
});

it.each<[string, Record<string, string>, (document: ChannelsAnswer['channels'][number]) => unknown, unknown]>(
  [
    ['rollback', { version: '1.0', reason: 'it leaks' }, ({ head }) => head.version, '1.0'],
    [
      'block',
      { version: '2.0', reason: 'it leaks' },
      ({ blocked }) => blocked,
      [{ version: '2.0', reason: 'it leaks' }],
    ],
    ['unblock', { version: '2.0' }, ({ blocked }) => blocked, []],
    ['floor', { version: '1.0' }, ({ floors }) => floors.map(({ version }) => version), ['1.0']],
    ['unfloor', { version: '1.0' }, ({ floors }) => floors, []],
    [
      'withdraw',
      { version: '2.0', reason: 'gone' },
      ({ withdrawn }) => withdrawn.map(({ reason }) => reason),
      ['gone'],
    ],
  ],
)('%s %o', async (verb, words, read, expected) => {
  const file = await download(`${verb}.json`, 'stable', { verb, ...words });
  const { code, err } = await carryOut(file, '--yes');
  expect([code, err.includes('Nothing was signed')]).toEqual([0, false]);
  expect(read(await stable())).toEqual(expected);
});

it('is refused when it is damaged, has an unknown verb or argument, or is for another server', async () => {
  const file = await download('bad.json', 'stable', { verb: 'promote', version: '2.0' });
  const intent = JSON.parse(readFileSync(file, 'utf8')) as Intent;
  const refusal = async (change: Partial<Intent>, isSealed = true) => {
    const next = { ...intent, ...change };
    const check = createHash('sha256').update(checkedText(next)).digest('hex');
    writeFileSync(file, JSON.stringify(isSealed ? { ...next, check } : next));
    const { code, err } = await carryOut(file, '--yes');
    expect(code).toBe(65);
    return err;
  };
  expect(await refusal({ channel: 'alpha' }, false)).toContain('is damaged');
  expect(await refusal({ verb: 'erase' })).toContain('erase is no verb that this version knows');
  expect(await refusal({ arguments: { version: '2.0', force: 'yes' } })).toContain('unknown key force');
  expect(await refusal({ arguments: {} })).toContain('version');
  writeFileSync(file, '{"format": 1');
  expect((await carryOut(file, '--yes')).err).toContain('is not valid JSON');
  expect((await stable()).head.version).toBe('1.0');

  await download('bad.json', 'stable', {
    verb: 'promote',
    version: '2.0',
    server: 'http://elsewhere.invalid',
  });
  const elsewhere = await interlock('intent', file, '--keys', keysDir, '--yes');
  expect(elsewhere.err).toContain('give --server to say which server you mean');
});

it('the server takes no part: it signs nothing, and refuses what no verb has', async () => {
  const ask = (words: Record<string, string>) =>
    client().get(`v1/intents/tiny/stable?${new URLSearchParams({ server: server.url, ...words })}`);
  await expect(ask({ verb: 'erase', version: '1.0' })).rejects.toMatchObject({ code: 'bad_input' });
  await expect(ask({ verb: 'block', version: '1.0' })).rejects.toMatchObject({ code: 'bad_input' });
  expect(await ask({ verb: 'promote', version: '1.0' })).not.toHaveProperty('signatures');
});
