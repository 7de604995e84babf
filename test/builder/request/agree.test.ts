import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { initKeys } from '../../../builder/keys/init.ts';
import { renewKeys } from '../../../builder/keys/renew.ts';
import { showRequest } from '../../../builder/request/sign-request.ts';
import { signAsShown, type } from '../../support/trust/type-command.ts';

let parent: string;
let keys: string;
let stick: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'interlock-agree-'));
  keys = join(parent, 'keys');
  stick = join(parent, 'request.json');
  await initKeys(keys, { channels: ['alpha'], threshold: 2, keys: 2 });
  await cp(keys, join(parent, 'desk'), { recursive: true });
  await renewKeys(join(parent, 'desk'), { roles: ['targets'], all: true, exportTo: stick });
  const request = JSON.parse(await readFile(stick, 'utf8'));
  const targets = JSON.parse(request.publish.roles[0].json);
  request.publish.roles[0].json = JSON.stringify({ ...targets, signatures: [] });
  await writeFile(stick, JSON.stringify(request));
});
afterEach(() => rm(parent, { recursive: true, force: true }));

async function signatures(): Promise<number> {
  const { publish } = JSON.parse(await readFile(stick, 'utf8'));
  return JSON.parse(publish.roles[0].json).signatures.length;
}

test('without a terminal nothing is signed until the digest of what was shown is given', async () => {
  const { digest } = await showRequest(stick, keys);
  await expect(type(`sign --request ${stick} --keys ${keys}`)).rejects.toMatchObject({
    code: 'not_confirmed',
    remedy: expect.stringContaining(digest),
  });
  expect(await signatures()).toBe(0);
  await type(`sign --request ${stick} --keys ${keys} --show`);
  expect(await signatures()).toBe(0);
  await type(`sign --request ${stick} --keys ${keys} --digest ${digest}`);
  expect(await signatures()).toBe(2);
});

test('signatures do not change a digest, and anything else does', async () => {
  const { digest } = await showRequest(stick, keys);
  await signAsShown(stick, keys);
  expect((await showRequest(stick, keys)).digest).toBe(digest);
  const request = JSON.parse(await readFile(stick, 'utf8'));
  await writeFile(stick, JSON.stringify({ ...request, publish: { ...request.publish, name: 'other' } }));
  await expect(type(`sign --request ${stick} --keys ${keys} --digest ${digest}`)).rejects.toMatchObject({
    code: 'not_confirmed',
  });
});

test('on a terminal it asks, and only yes signs', async () => {
  const program = join(import.meta.dirname, '../../../cli/main.ts');
  const command = `${process.execPath} ${program} sign --request ${stick} --keys ${keys}`;
  const say = (word: string) =>
    spawnSync('script', ['-qec', command, '/dev/null'], {
      input: `${word}\n`,
      encoding: 'utf8',
      timeout: 60_000,
    });
  const no = say('y');
  expect(no.stdout).toContain('Sign all of this?');
  expect(no.stdout).toContain('targets 2, expires');
  expect(no.status).toBe(2);
  expect(await signatures()).toBe(0);
  const yes = say('yes');
  expect(yes.status).toBe(0);
  expect(await signatures()).toBe(2);
});
