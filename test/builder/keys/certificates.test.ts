import { X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rotateCertificate } from '../../../builder/keys/certificates/certificates-folder.ts';
import { initKeys } from '../../../builder/keys/init.ts';
import { renewKeys } from '../../../builder/keys/renew.ts';

const year = 365 * 86_400_000;
const now = new Date('2026-06-01T12:00:00Z');
let dir: string;
beforeAll(async () => {
  dir = join(await mkdtemp(join(tmpdir(), 'interlock-x509-')), 'keys');
  const certificates = { name: 'fleet', tlsNames: ['updates.example', '10.0.0.1'] };
  await initKeys(dir, { channels: ['alpha'], threshold: 1, keys: 1, certificates }, now);
});
afterAll(() => rm(join(dir, '..'), { recursive: true, force: true }));

const read = async (name: string) => new X509Certificate(await readFile(join(dir, 'x509', `${name}.crt`)));

test('the server’s certificate is renewed with the rest, by the same authority and for the same names', async () => {
  const before = await read('tls-server');
  expect(await renewKeys(dir, { now: new Date(now.getTime() + year) })).not.toContain('x509/tls-server');
  const later = new Date(now.getTime() + 1.4 * year);
  expect(await renewKeys(dir, { now: later })).toContain('x509/tls-server');
  const after = await read('tls-server');
  const authority = await read('tls-ca');
  expect(after.verify(authority.publicKey)).toBe(true);
  expect(after.subjectAltName).toBe('DNS:updates.example, IP Address:10.0.0.1');
  expect(after.validToDate.getTime()).toBe(later.getTime() + 2 * year);
  expect(after.publicKey.equals(before.publicKey)).toBe(false);
});

test.each(['PK', 'KEK', 'db', 'tls-ca'])(
  'a lost key of %s is replaced, and the old one put aside',
  async (name) => {
    await rm(join(dir, 'x509', `${name}.key`));
    const before = await read(name);
    expect(await rotateCertificate(dir, `x509/${name}`, now)).toContain(`x509/${name}.crt`);
    const after = await read(name);
    expect(after.subject).toBe(before.subject);
    expect(after.publicKey.equals(before.publicKey)).toBe(false);
    expect(await readdir(join(dir, 'retired'))).toContainEqual(expect.stringContaining(`x509-${name}.crt`));
    expect((await read('tls-server')).verify((await read('tls-ca')).publicKey)).toBe(true);
  },
);

test('without the authority’s key the server’s is not touched', async () => {
  await rm(join(dir, 'x509/tls-ca.key'));
  const before = await readFile(join(dir, 'x509/tls-server.crt'));
  await expect(rotateCertificate(dir, 'x509/tls-server', now)).rejects.toMatchObject({
    code: 'keys_missing',
  });
  await expect(rotateCertificate(dir, 'x509/other', now)).rejects.toMatchObject({ code: 'not_found' });
  expect(await readFile(join(dir, 'x509/tls-server.crt'))).toEqual(before);
});
