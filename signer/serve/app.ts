import { verify } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { fastify } from 'fastify';
import { asInterlockError, InterlockError } from '../../protocol/errors/interlock-error.ts';
import { JoinRequest, provenBy, type Signed, signerPaths } from '../../protocol/etcd/signing.ts';
import { parse } from '../../protocol/schema/schema.ts';
import type { EtcdAuthority } from '../folder/read-authority.ts';
import { admit, keyHashOf } from '../register/admit.ts';
import { changeRegister, readRegister } from '../register/change-register.ts';
import { signHost } from './sign-host.ts';

/** What a signer works with. */
export interface SignerOptions {
  dir: string;
  authority: EtcdAuthority;
  /** Its own certificate and key, PEM. */
  tls: { cert: string; key: string };
  now(): Date;
  /** Says who came and what became of it. */
  log(text: string): void;
}

const longestBody = 16 * 1024;

/** The signer: anybody may read the authority's certificate, a join secret or a present certificate gets one. */
export function createSigner({ dir, authority, tls, now, log }: SignerOptions) {
  const ca = authority.clients.certificate;
  const app = fastify({
    https: { ...tls, ca, requestCert: true, rejectUnauthorized: false, minVersion: 'TLSv1.2' },
    bodyLimit: longestBody,
    requestTimeout: 30_000,
  });

  app.setErrorHandler((error, _request, reply) => {
    const known = asInterlockError(error);
    log(known.message);
    return reply.code(known.row.http).send({ kind: known.code, value: known.message });
  });

  app.get(signerPaths.authority, async () => ({ certificate: ca }));

  app.post(signerPaths.join, async ({ body }): Promise<Signed> => {
    const request = parse(JoinRequest, body, 'the request');
    requireProof(request);
    const admitted = await changeRegister(dir, (register) => admit(register, request, now()));
    if ('refused' in admitted) throw refused(`${request.name}: ${admitted.refused}`);
    const { host, register } = admitted;
    log(`${host.name} at ${host.address} joins as a ${host.mode}`);
    return signHost(authority, register, host, request.publicKey, now());
  });

  app.post(signerPaths.renew, async ({ raw }): Promise<Signed> => {
    const socket = raw.socket as TLSSocket;
    const certificate = socket.authorized ? socket.getPeerX509Certificate() : undefined;
    if (!certificate) throw refused('a certificate of the authority renews itself, and none was shown');
    const publicKey = certificate.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const key = keyHashOf(publicKey);
    const register = await readRegister(dir);
    const host = register.hosts.find((each) => each.key === key);
    if (!host) throw refused('the host of this certificate is forgotten');
    log(`${host.name} renews its certificate`);
    return signHost(authority, register, host, publicKey, now());
  });

  return app;
}

function requireProof(request: JoinRequest): void {
  const proof = Buffer.from(request.proof, 'base64');
  if (!isProven(request, proof)) throw refused('the request is not signed by its key');
}

function isProven(request: JoinRequest, proof: Buffer): boolean {
  try {
    return verify('sha256', provenBy(request), request.publicKey, proof);
  } catch {
    // a key that is none proves nothing
    return false;
  }
}

function refused(problem: string): InterlockError {
  return new InterlockError('signer_refused', { problem });
}
