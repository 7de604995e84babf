import { createHash, X509Certificate } from 'node:crypto';
import { connect } from 'node:net';
import { Type } from 'typebox';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { type JoinRequest, Signed, signerPaths } from '../../protocol/etcd/signing.ts';
import { type Answer, ask, type Question } from '../../system/http/ask.ts';
import { wordsOf } from '../../system/http/check-json.ts';
import { readJson } from '../../system/http/read-json.ts';
import { describeUnreachable } from '../../system/http/why-unreachable.ts';

const limit = 256 * 1024;
const timeout = { request: 20_000 };

/**
 * Fetches the authority's certificate from a signer that is not trusted yet: only one with the fingerprint is taken. Throws
 * `authority_differs`.
 */
export async function fetchAuthority(signer: string, fingerprint: string): Promise<string> {
  const url = urlAt(signer, signerPaths.authority);
  const answer = await ask(url, { limit, timeout, https: { rejectUnauthorized: false } });
  const { certificate } = readJson(goodOf(answer), Type.Object({ certificate: Type.String() }));
  const found = createHash('sha256').update(new X509Certificate(certificate).raw).digest('hex');
  if (found !== fingerprint)
    throw new InterlockError('authority_differs', { url, found, expected: fingerprint });
  return certificate;
}

/** Asks for this host's first certificate. Throws `signer_refused`. */
export function askToJoin(signer: string, ca: string, request: JoinRequest): Promise<Signed> {
  return post(signer, signerPaths.join, { json: request, https: { certificateAuthority: ca } });
}

/** Asks for a new certificate by the present one. Throws `signer_refused`. */
export function askToRenew(
  signer: string,
  ca: string,
  { certificate, key }: { certificate: string; key: string },
): Promise<Signed> {
  return post(signer, signerPaths.renew, { json: {}, https: { certificateAuthority: ca, certificate, key } });
}

/** The address of this host from which it reaches a URL. */
export function addressTowards(url: string): Promise<string> {
  const { hostname, port, protocol } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(
      Number(port || (protocol === 'https:' ? 443 : 80)),
      hostname.replace(/^\[|\]$/g, ''),
    );
    const fail = (error: Error) => {
      socket.destroy();
      reject(
        new InterlockError('unreachable', { url, problem: describeUnreachable(error) }, { cause: error }),
      );
    };
    socket.setTimeout(10_000, () => fail(new Error('it does not respond')));
    socket.once('error', fail);
    socket.once('connect', () => {
      const address = socket.localAddress?.replace(/^::ffff:/, '') ?? '';
      socket.destroy();
      resolve(address);
    });
  });
}

async function post(signer: string, path: string, question: Partial<Question>): Promise<Signed> {
  const answer = await ask(urlAt(signer, path), { limit, timeout, method: 'POST', ...question });
  return readJson(goodOf(answer), Signed);
}

function goodOf(answer: Answer): Answer {
  const { status, url } = answer;
  if (status === 200) return answer;
  const words = wordsOf(answer);
  if (!words.startsWith('signer_refused: '))
    throw new InterlockError('answer_invalid', { url, status, problem: words });
  const problem = words.replace(/^signer_refused: the signer signs nothing: /, '');
  throw new InterlockError('signer_refused', { problem });
}

function urlAt(signer: string, path: string): string {
  return `${signer.replace(/\/+$/, '')}${path}`;
}
