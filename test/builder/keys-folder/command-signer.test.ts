import { spawnSync } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { rotateKeys } from '../../../builder/keys/rotate.ts';
import { keysStatus } from '../../../builder/keys/status.ts';
import { readPublicKey } from '../../../builder/keys-folder/load-signers.ts';
import { pushRenewed } from '../../../builder/publish/push-renewed.ts';
import { makeHost } from '../../support/trust/host.ts';
import { makeRepository, type TestRepository } from '../../support/trust/repository.ts';

let repository: TestRepository;
let safe: string;
beforeEach(async () => {
  repository = await makeRepository();
  await repository.publish({ version: '1' });
  safe = await mkdtemp(join(tmpdir(), 'interlock-signer-'));
});
afterEach(async () => {
  await repository.close();
  await rm(safe, { recursive: true, force: true });
});

/** Writes `NAME.toml` for a key that lives elsewhere. */
async function describeKey(name: string, command: string): Promise<void> {
  const text = `public_key = "${name}.pub"\nsigner = '''command ${command}'''\n`;
  await writeFile(join(repository.keysDir, `${name}.toml`), text);
}

/** Takes a private key out of the folder, into the safe. */
async function lockAway(name: string): Promise<string> {
  const key = join(safe, `${name}.pem`);
  await rename(join(repository.keysDir, `${name}.pem`), key);
  const pub = createPublicKey(await readFile(key)).export({ type: 'spki', format: 'pem' });
  await writeFile(join(repository.keysDir, `${name}.pub`), pub);
  return key;
}

async function hostsFollow(version: string): Promise<void> {
  await repository.publish({ version });
  expect(await (await makeHost(repository)).offer(version, '1')).toMatchObject({ version });
}

test('a command of openssl signs ed25519: bytes on stdin, the signature on stdout', async () => {
  const key = await lockAway('channel-alpha');
  const script = join(safe, 'sign.sh');
  await writeFile(
    script,
    `#!/bin/sh\nset -e\ncat > "$0.bytes"\necho "$INTERLOCK_ROLE" > "$0.role"\nopenssl pkeyutl -sign -rawin -inkey ${key} -in "$0.bytes" | base64 -w 40\n`,
    { mode: 0o755 },
  );
  await describeKey('channel-alpha', script);
  await hostsFollow('2');
  expect(await readFile(`${script}.role`, 'utf8')).toBe('channel-alpha\n');
  expect(await readFile(`${script}.bytes`, 'utf8')).toContain('"channels/tiny/alpha.json"');
  const row = (await keysStatus(repository.keysDir)).find(({ role }) => role === 'channel-alpha');
  expect(row).toMatchObject({ here: 1, missing: [] });
});

test('a key of P-256 takes a role over, signed as DER', async () => {
  const key = join(safe, 'p256.pem');
  const openssl = (...args: string[]) => expect(spawnSync('openssl', args).status).toBe(0);
  openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', key);
  const pub = join(repository.keysDir, 'token.pub');
  openssl('pkey', '-in', key, '-pubout', '-out', pub);
  await describeKey('token', `openssl dgst -sha256 -sign ${key}`);
  for (const role of ['channel-alpha', 'targets', 'root']) {
    const dir = repository.keysDir;
    await rotateKeys(dir, role, { publicKeys: [await readPublicKey(pub)] });
    expect(await pushRenewed(repository.client, dir)).toBe(true);
  }
  await hostsFollow('2');
});

test.each([
  ['that fails', 'exit 3', /ended with 3/],
  ['that writes something else', 'echo hello', /not a signature by this key/],
  [
    'that signs with another key',
    'openssl pkeyutl -sign -rawin -inkey releases.pem -in /dev/stdin',
    /not a signature by this key/,
  ],
  ['that is not there', '/nonexistent/signer', /ended with 127/],
])('a command %s leaves everything as it was', async (_, command, problem) => {
  await lockAway('channel-alpha');
  await describeKey('channel-alpha', command);
  const before = repository.server.state;
  await expect(repository.publish({ version: '2' })).rejects.toMatchObject({
    code: 'signer_failed',
    message: expect.stringMatching(problem),
  });
  expect(repository.server.state).toEqual(before);
});

test('a description that is wrong says where', async () => {
  const file = join(repository.keysDir, 'x.toml');
  const refuse = async (text: string, code: string) => {
    await writeFile(file, text);
    await expect(keysStatus(repository.keysDir)).rejects.toMatchObject({ code });
  };
  await refuse('signer = "command true"', 'config_invalid');
  await refuse('public_key = "y.pub"\nsigner = "command true"', 'not_found');
  await refuse('public_key = "releases.pem"\nsigner = "command true"', 'bad_input');
  await refuse('public_key = "y.pub"\nsigner = "pkcs11:id=01"', 'config_invalid');
  await refuse('public_key = ', 'config_invalid');
});

const softhsm = '/usr/lib/softhsm/libsofthsm2.so';

describe('PKCS#11 by pkcs11-tool over a token of softhsm', () => {
  test.each([
    ['EC:edwards25519', 'EDDSA', ''],
    ['EC:prime256v1', 'ECDSA', 'openssl dgst -sha256 -binary |'],
  ])('%s', async (type, mechanism, digest) => {
    await mkdir(join(safe, 'tokens'));
    await writeFile(join(safe, 'softhsm2.conf'), `directories.tokendir = ${join(safe, 'tokens')}\n`);
    const env = { ...process.env, SOFTHSM2_CONF: join(safe, 'softhsm2.conf') };
    const run = (tool: string, ...args: string[]) => {
      const { status, stderr, stdout } = spawnSync(tool, args, { env });
      expect(`${stderr}`.concat(`${status}`)).toMatch(/0$/);
      return stdout;
    };
    run('softhsm2-util', '--init-token', '--free', '--label', 'fleet', '--pin', '1234', '--so-pin', '5678');
    const login = ['--module', softhsm, '--token-label', 'fleet', '--login', '--pin', '1234'];
    run('pkcs11-tool', ...login, '--keypairgen', '--key-type', type, '--label', 'releases', '--id', '01');
    const { keysDir: dir } = repository;
    const pub = run('pkcs11-tool', ...login, '--read-object', '--type', 'pubkey', '--id', '01');
    await writeFile(join(dir, 'hsm.pub'), pub);
    await describeKey(
      'hsm',
      `${digest} SOFTHSM2_CONF=${env.SOFTHSM2_CONF} pkcs11-tool ${login.join(' ')} --sign --mechanism ${mechanism} --id 01 2>/dev/null`,
    );
    await rotateKeys(dir, 'releases', { publicKeys: [await readPublicKey(join(dir, 'hsm.pub'))] });
    expect(await pushRenewed(repository.client, dir)).toBe(true);
    await hostsFollow('2');
  });
});
