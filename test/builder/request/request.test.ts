import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { initKeys } from '../../../builder/keys/init.ts';
import { renewKeys } from '../../../builder/keys/renew.ts';
import { rotateKeys } from '../../../builder/keys/rotate.ts';
import { importRequest } from '../../../builder/request/import-request.ts';
import { signRequest } from '../../../builder/request/sign-request.ts';
import { exportRelease } from '../../../builder/sign/export-release.ts';
import { makeRelease } from '../../support/trust/release.ts';

let parent: string;
let desk: string;
let holder: string;
let stick: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'interlock-request-'));
  desk = join(parent, 'desk');
  holder = join(parent, 'holder');
  stick = join(parent, 'request.json');
  await initKeys(desk, { channels: ['alpha'], threshold: 1, keys: 1 });
  await cp(desk, holder, { recursive: true });
  for (const file of (await readdir(desk)).filter((name) => name.endsWith('.pem')))
    await rm(join(desk, file));
});
afterEach(() => rm(parent, { recursive: true, force: true }));

type Request = {
  publish: { roles: { role: string; replaces: number; json: string }[]; targets: Record<string, string> };
  known: { roots: string[]; targets: string };
};

/** Changes what lies on the stick on its way. */
async function tamper(change: (request: Request) => void): Promise<void> {
  const request = JSON.parse(await readFile(stick, 'utf8')) as Request;
  change(request);
  await writeFile(stick, JSON.stringify(request));
}

test('a key of releases does not sign releases that pose as a channel', async () => {
  const { dir } = await makeRelease(parent, { version: '1' });
  await exportRelease(dir, desk, stick);
  await tamper(({ publish }) => {
    publish.roles[0]!.role = 'channel-alpha';
  });
  await expect(signRequest(stick, holder)).rejects.toMatchObject({
    code: 'metadata_invalid',
    details: { problem: 'may not name tiny/1/x86-64/release.json' },
  });
});

test('nor an empty channel that a forged targets gives to the key of releases', async () => {
  await renewKeys(desk, { all: true, roles: ['targets', 'channel-alpha'], exportTo: stick });
  await tamper(({ publish }) => {
    const targets = JSON.parse(publish.roles.find(({ role }) => role === 'targets')!.json);
    const [releases, alpha] = ['releases', 'channel-alpha'].map((name) =>
      targets.signed.delegations.roles.find((role: { name: string }) => role.name === name),
    );
    alpha.keyids = releases.keyids;
    publish.roles.find(({ role }) => role === 'targets')!.json = JSON.stringify(targets);
  });
  await rm(join(holder, 'targets.pem'));
  expect(await signRequest(stick, holder)).toMatchObject([
    { role: 'channel-alpha', signatures: 0 },
    { role: 'targets', signatures: 0 },
  ]);
});

test('other bytes than those named are refused, and a text that nothing names', async () => {
  const { dir } = await makeRelease(parent, { version: '1' });
  const path = 'tiny/1/x86-64/release.json';
  for (const change of [
    ({ publish }: Request) => {
      publish.targets[path] = `${publish.targets[path]} `;
    },
    ({ publish }: Request) => {
      publish.targets['tiny/2/x86-64/release.json'] = '{}';
    },
  ]) {
    await exportRelease(dir, desk, stick);
    await tamper(change);
    await expect(signRequest(stick, holder)).rejects.toMatchObject({ code: 'metadata_invalid' });
  }
});

test('a request of other owners is not signed, and a holder who was away catches up', async () => {
  const foreign = join(parent, 'foreign');
  await initKeys(foreign, { channels: ['alpha'], threshold: 1, keys: 1 });
  await renewKeys(foreign, { all: true, exportTo: stick });
  await tamper(({ known }) => {
    const root = JSON.parse(known.roots[0]!);
    root.signed.version = 2;
    known.roots = [JSON.stringify(root)];
  });
  await expect(signRequest(stick, holder)).rejects.toMatchObject({ code: 'metadata_invalid' });
  expect(await readdir(join(holder, 'metadata'))).not.toContain('2.root.json');

  const ahead = join(parent, 'ahead');
  await cp(holder, ahead, { recursive: true });
  await rotateKeys(ahead, 'root');
  await rotateKeys(ahead, 'timestamp');
  const { dir } = await makeRelease(parent, { version: '1' });
  await exportRelease(dir, ahead, stick);
  await signRequest(stick, holder);
  expect(await readdir(join(holder, 'metadata'))).toContain('3.root.json');
  await importRequest(stick, ahead, undefined);
});

test('a damaged stick is named', async () => {
  await writeFile(stick, '{"format":1}');
  await expect(signRequest(stick, holder)).rejects.toMatchObject({ code: 'bad_input' });
  await expect(signRequest(join(parent, 'nowhere'), holder)).rejects.toMatchObject({ code: 'not_found' });
});

test('a request with signatures of others is not overwritten before it is imported, and no other file is', async () => {
  const roles = { all: true, roles: ['channel-alpha'], exportTo: stick };
  await renewKeys(desk, roles);
  await renewKeys(desk, roles);
  await signRequest(stick, holder);
  await expect(renewKeys(desk, roles)).rejects.toMatchObject({
    code: 'exists',
    message: expect.stringContaining('signed by other holders and not imported yet'),
  });
  expect(await importRequest(stick, desk, undefined)).toBeDefined();
  await renewKeys(desk, roles);

  await writeFile(stick, 'notes');
  await expect(renewKeys(desk, roles)).rejects.toMatchObject({ code: 'exists' });
  expect(await readFile(stick, 'utf8')).toBe('notes');
});
