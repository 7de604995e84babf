import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, sign, X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type JoinRequest, provenBy, type Signed } from '../../protocol/etcd/signing.ts';
import { fingerprintOf, makeAuthority } from '../../signer/folder/make-authority.ts';
import { allowReplacing, forgetHost, newJoinSecret } from '../../signer/register/join-secrets.ts';
import { type RunningSigner, serveSigner } from '../../signer/serve/serve.ts';

interface Answer {
  status: number;
  json: Signed & { kind?: string; value?: string };
}

function newKey() {
  return generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
}

const hourMs = 3_600_000;

describe('the signer', () => {
  let folder: string;
  let dir: string;
  let signer: RunningSigner;
  let ca: string;
  const said: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'interlock-signer-'));
    dir = join(folder, 'etcd-keys');
    const fingerprint = await makeAuthority(dir, 'test', new Date());
    ca = await readFile(join(dir, 'authority.crt'), 'utf8');
    expect(fingerprintOf(ca)).toBe(fingerprint);
    signer = await serveSigner({
      dir,
      host: '127.0.0.1',
      port: 0,
      names: ['127.0.0.1'],
      log: (text) => said.push(text),
    });
  });
  afterAll(async () => {
    await signer?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const post = (path: string, body: object, tls: { cert?: string; key?: string } = {}) =>
    new Promise<Answer>((resolve, reject) => {
      const sent = request(
        `${signer.url}${path}`,
        { method: 'POST', ca, agent: false, headers: { 'content-type': 'application/json' }, ...tls },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (part: string) => {
            text += part;
          });
          response.on('end', () => resolve({ status: response.statusCode ?? 0, json: JSON.parse(text) }));
        },
      );
      sent.on('error', reject);
      sent.end(JSON.stringify(body));
    });
  const join_ = (
    fields: Omit<JoinRequest, 'publicKey' | 'proof'>,
    { publicKey, privateKey } = newKey(),
    proven: object = {},
  ) => {
    const request = { ...fields, publicKey };
    const proof = sign('sha256', provenBy({ ...request, ...proven }), privateKey).toString('base64');
    return post('/v1/join', { ...request, proof });
  };
  const secretFor = async (hosts: number, members = hosts, ttlMs = hourMs) =>
    (await newJoinSecret(dir, { hosts, members, ttlMs }, new Date())).secret;

  it('keeps its keys and passwords from everybody else', async () => {
    for (const name of ['authority.key', 'peer-authority.key', 'users.json'])
      expect((await stat(join(dir, name))).mode & 0o777, name).toBe(0o600);
    expect((await stat(dir)).mode & 0o777).toBe(0o700);
  });

  it('makes certificates that OpenSSL accepts for server and client, without a Common Name', async () => {
    const secret = await secretFor(1);
    const { status, json } = await join_({ secret, mode: 'member', name: 'a1', address: '10.1.0.1' });
    expect(status, JSON.stringify(json)).toBe(200);
    const certificate = new X509Certificate(json.certificate);
    expect(certificate.subject ?? '').toBe('');
    expect(certificate.checkIP('10.1.0.1')).toBe('10.1.0.1');
    expect(certificate.checkHost('a1')).toBe('a1');
    await writeFile(join(folder, 'a1.crt'), json.certificate);
    await writeFile(join(folder, 'a1-peer.crt'), json.peerCertificate!);
    const verify = (file: string, authority: string, purpose: string) =>
      execFileSync(
        'openssl',
        ['verify', '-x509_strict', '-purpose', purpose, '-CAfile', join(dir, authority), join(folder, file)],
        { encoding: 'utf8', stdio: 'pipe' },
      );
    for (const purpose of ['sslserver', 'sslclient']) {
      expect(verify('a1.crt', 'authority.crt', purpose)).toContain('OK');
      expect(verify('a1-peer.crt', 'peer-authority.crt', purpose)).toContain('OK');
    }
    expect(() => verify('a1.crt', 'peer-authority.crt', 'sslclient')).toThrow();
  });

  it('gives a client no certificate for members, and no password that members alone need', async () => {
    const secret = await secretFor(1);
    const { json } = await join_({ secret, mode: 'client', name: 'b1', address: '10.2.0.1' });
    expect(json).toMatchObject({ mode: 'client', peerCertificate: null });
    expect(Object.keys(json.users).toSorted()).toEqual(['lock', 'register', 'worker']);
  });

  it('makes members as long as the secret has places for them, and then clients', async () => {
    const secret = await secretFor(4, 2);
    const answers = await Promise.all(
      ['1', '2', '3'].map((n) => join_({ secret, mode: 'auto', name: `c${n}`, address: `10.3.0.${n}` })),
    );
    expect(answers.map(({ json }) => json.mode).toSorted()).toEqual(['client', 'member', 'member']);
    const member = await join_({ secret, mode: 'member', name: 'c4', address: '10.3.0.4' });
    expect(member.json.value).toContain('as many members as it may');
    await join_({ secret, mode: 'client', name: 'c4', address: '10.3.0.4' });
    const fifth = await join_({ secret, mode: 'client', name: 'c5', address: '10.3.0.5' });
    expect(fifth).toMatchObject({ status: 403, json: { kind: 'signer_refused' } });
  });

  it('takes the same key for the same host, and lets nobody else have its name or address', async () => {
    const secret = await secretFor(2);
    const key = newKey();
    const first = await join_({ secret, mode: 'member', name: 'd1', address: '10.4.0.1' }, key);
    const again = await join_({ secret, mode: 'member', name: 'd1', address: '10.4.0.1' }, key);
    expect([first.status, again.status]).toEqual([200, 200]);
    const name = await join_({ secret, mode: 'member', name: 'd1', address: '10.4.0.2' });
    expect(name.json.value).toContain('another host has the name d1');
    const address = await join_({ secret, mode: 'member', name: 'd2', address: '10.4.0.1' });
    expect(address.json.value).toContain('another host has the address 10.4.0.1');
    const second = await join_({ secret, mode: 'member', name: 'd2', address: '10.4.0.2' });
    expect(second.status).toBe(200);
  });

  it('refuses an unknown secret, one that has ended, and a request that the key did not sign', async () => {
    const wrong = await join_({ secret: 'no', mode: 'auto', name: 'e1', address: '10.5.0.1' });
    expect(wrong.json.value).toContain('does not know this join secret');
    const ended = await secretFor(1, 1, 1);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const late = await join_({ secret: ended, mode: 'auto', name: 'e1', address: '10.5.0.1' });
    expect(late.json.value).toContain('ended at');
    const secret = await secretFor(1);
    const fields = { secret, mode: 'auto', name: 'e1', address: '10.5.0.1' } as const;
    const stolen = await join_(fields, newKey(), { name: 'e2' });
    expect(stolen.json.value).toContain('not signed by its key');
    expect((await post('/v1/join', { secret })).status).toBe(400);
  });

  it('renews by the present certificate alone, and not for a host that it has forgotten', async () => {
    const secret = await secretFor(1);
    const key = newKey();
    const { json } = await join_({ secret, mode: 'member', name: 'f1', address: '10.6.0.1' }, key);
    const tls = { cert: json.certificate, key: key.privateKey };
    const renewed = await post('/v1/renew', {}, tls);
    expect(renewed.status, JSON.stringify(renewed.json)).toBe(200);
    expect(new X509Certificate(renewed.json.certificate).serialNumber).not.toBe(
      new X509Certificate(json.certificate).serialNumber,
    );
    expect((await post('/v1/renew', {})).status).toBe(403);
    await forgetHost(dir, 'f1');
    expect((await post('/v1/renew', {}, tls)).json.value).toContain('forgotten');
  });

  it('lets a host come in the place of a lost member, with its old secret, and only one', async () => {
    const secret = await secretFor(1);
    await join_({ secret, mode: 'auto', name: 'g1', address: '10.7.0.1' });
    const early = await join_({ secret, mode: 'auto', name: 'g1', address: '10.7.0.1' });
    expect(early.status).toBe(403);
    await allowReplacing(dir, 'g1', new Date());
    const other = await join_({ secret, mode: 'auto', name: 'g2', address: '10.7.0.2' });
    expect(other.status).toBe(403);
    const next = await join_({ secret, mode: 'auto', name: 'g1', address: '10.7.0.1' });
    expect(next.json).toMatchObject({ mode: 'member', replaces: true });
    expect((await join_({ secret, mode: 'auto', name: 'g1', address: '10.7.0.1' })).status).toBe(403);
  });

  it('says who came, and no secret', () => {
    expect(said.some((line) => line.includes('a1 at 10.1.0.1 joins as a member'))).toBe(true);
  });
});
