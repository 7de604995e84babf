import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findPrivateKey } from '../../../../builder/tree/secrets/find-private-key.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed = generateKeyPairSync('ed25519');
const pem = (key: KeyObject, type: 'pkcs8' | 'pkcs1' | 'sec1') =>
  key.export({ type, format: 'pem' }) as string;
const find = (content: string | Buffer) => findPrivateKey(Buffer.from(content), true);
const base64 = (length: number) => Buffer.alloc(length, 7).toString('base64');

it('finds keys in PEM, wherever they stand', async () => {
  const key = pem(rsa.privateKey, 'pkcs8');
  const encrypted = rsa.privateKey.export({
    type: 'pkcs1',
    format: 'pem',
    cipher: 'aes-128-cbc',
    passphrase: 'x',
  }) as string;
  expect(find(key)).toBe('a private key in PEM (PRIVATE KEY)');
  expect(find(pem(ed.privateKey, 'pkcs8'))).toContain('PEM');
  expect(find(pem(rsa.privateKey, 'pkcs1'))).toBe('a private key in PEM (RSA PRIVATE KEY)');
  expect(find(pem(ec.privateKey, 'sec1'))).toBe('a private key in PEM (EC PRIVATE KEY)');
  expect(find(encrypted)).toBe('an encrypted private key in PEM (RSA PRIVATE KEY)');
  expect(find(key.replaceAll('\n', '\r\n'))).toContain('PEM');
  expect(find(JSON.stringify({ type: 'service_account', private_key: key }))).toContain('PEM');
  expect(find(`key: |\n${key.replaceAll(/^/gm, '    ')}`)).toContain('PEM');
  expect(find(`static char k[] =\n${key.replaceAll(/^(.+)$/gm, '  "$1\\n"')};`)).toContain('PEM');
  expect(find(`${ed.publicKey.export({ type: 'spki', format: 'pem' })}${key}`)).toContain('PEM');
  // in a big file, after the words alone
  const big = Buffer.concat([
    Buffer.from('-----BEGIN PRIVATE KEY-----\0'),
    Buffer.alloc(2e6),
    Buffer.from(key),
  ]);
  expect(findPrivateKey(big, false)).toContain('PEM');
});

it('finds what ssh-keygen and GnuPG make', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'keys-'));
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'id')]);
  expect(find(await readFile(join(folder, 'id')))).toBe('a private key in PEM (OPENSSH PRIVATE KEY)');
  expect(find(await readFile(join(folder, 'id.pub')))).toBeUndefined();
  await rm(folder, { recursive: true });
  const pgp = Buffer.concat([Buffer.from([0x95, 0x01, 0xd8, 0x04]), Buffer.alloc(100, 3)]).toString('base64');
  const armour = (body: string) =>
    `-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: GnuPG v2\n\n${body}\n=aB3d\n-----END PGP PRIVATE KEY BLOCK-----\n`;
  expect(find(armour(pgp))).toBe('a private key in PEM (PGP PRIVATE KEY BLOCK)');
  expect(find('(21:protected-private-key(3:rsa))')).toBe('a GnuPG key');
});

it('finds keys in DER by their structure', () => {
  for (const type of ['pkcs8', 'pkcs1'] as const) {
    expect(find(rsa.privateKey.export({ type, format: 'der' }))).toBe('a private key in DER');
  }
  expect(find(ec.privateKey.export({ type: 'sec1', format: 'der' }))).toBe('a private key in DER');
  expect(find(ed.privateKey.export({ type: 'pkcs8', format: 'der' }))).toBe('a private key in DER');
  expect(find(rsa.publicKey.export({ type: 'pkcs1', format: 'der' }))).toBeUndefined();
  expect(find(ec.publicKey.export({ type: 'spki', format: 'der' }))).toBeUndefined();
});

it('finds keys of configuration files', () => {
  const wireguard = base64(32);
  expect(find(`[Interface]\nPrivateKey = ${wireguard}\n`)).toBe('a WireGuard key');
  expect(find(`[WireGuard]\nPrivateKey=${wireguard}\nPrivateKeyFile=/etc/x\n`)).toBe('a WireGuard key');
  expect(find(`[wireguard]\nprivate-key=${wireguard}\n`)).toBe('a WireGuard key');
  expect(find(`[WireGuardPeer]\nPresharedKey=${wireguard}\n`)).toBe('a WireGuard shared key');
  expect(find(`# created\nAGE-SECRET-KEY-1${'Q'.repeat(58)}\n`)).toBe('an age key');
  expect(find(JSON.stringify(ec.privateKey.export({ format: 'jwk' })))).toBe('a JSON Web Key');
  expect(find(`    client-key-data: ${Buffer.from(pem(ec.privateKey, 'sec1')).toString('base64')}\n`)).toBe(
    'a key in a kubeconfig',
  );
  expect(find(`Private-key-format: v1.3\nAlgorithm: 13\nPrivateKey: ${wireguard}\n`)).toBe('a DNSSEC key');
  expect(find('PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 1\nAAAA\n')).toBe('a PuTTY key');
});

it('takes nothing else for a key', () => {
  const words = ['-----BEGIN PRIVATE KEY-----', '-----END PRIVATE KEY-----'];
  for (const text of [
    words.join('\n'),
    words.join('\n...\n'),
    words.join('\nMIIEvQ<your key here>\n'),
    `${words[0]}\0RSA PRIVATE KEY\0${words[1]}`,
    words.join(`\n${base64(48)}\n`),
    'PrivateKeyFile=/etc/systemd/network/wg0.key\n#PrivateKey=\nPrivateKey=secret\n',
    JSON.stringify(ec.publicKey.export({ format: 'jwk' })),
    ed.publicKey.export({ type: 'spki', format: 'pem' }) as string,
    'certificate-authority-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t\n',
    '',
  ]) {
    expect(find(text)).toBeUndefined();
  }
  // knows all the words, and keys for its own use
  expect(findPrivateKey(readFileSync(process.execPath), false)).toBeUndefined();
});
