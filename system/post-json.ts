import http from 'node:http';
import https from 'node:https';
import { InterlockError } from '../protocol/errors.ts';

export interface PostOptions {
  /** PEM texts for TLS and the client certificate. */
  ca?: string;
  cert?: string;
  key?: string;
  /** Whole request, in milliseconds; a connection must stand within a third of it. */
  timeoutMs?: number;
}

/** Either the answer, or the proof that no byte of the request reached anybody. */
type Posted = { sent: true; json: unknown } | { sent: false; error: InterlockError };

export interface Poster {
  (url: string, body: object, headers: Record<string, string>): Promise<Posted>;
  close(): void;
}

const maxAnswer = 4 * 1024 * 1024;

/**
 * Posts JSON and tells three outcomes apart: answered, surely not sent, and unknown (`lock_unknown`).
 * node:http and not fetch, because fetch can neither take a client certificate nor say whether it connected.
 */
export function postJson({ ca, cert, key, timeoutMs = 9000 }: PostOptions): Poster {
  const agents = {
    'http:': new http.Agent({ keepAlive: true }),
    'https:': new https.Agent({
      keepAlive: true,
      ...(ca ? { ca } : {}),
      ...(cert ? { cert } : {}),
      ...(key ? { key } : {}),
    }),
  };
  const post = (url: string, body: object, headers: Record<string, string>) =>
    new Promise<Posted>((resolve, reject) => {
      const target = new URL(url);
      const isTls = target.protocol === 'https:';
      const text = JSON.stringify(body);
      let isConnected = false;
      const fail = (problem: string) => {
        clearTimeout(connectTimer);
        clearTimeout(timer);
        if (isConnected)
          reject(new InterlockError('lock_unknown', { problem: `${target.host}: ${problem}` }));
        else
          resolve({ sent: false, error: new InterlockError('unreachable', { url: target.host, problem }) });
      };
      const request = (isTls ? https : http).request(target, {
        method: 'POST',
        agent: isTls ? agents['https:'] : agents['http:'],
        headers: {
          ...headers,
          'Content-Type': 'application/json',
          'Content-Length': Buffer.byteLength(text),
        },
      });
      const connectTimer = setTimeout(
        () => !isConnected && request.destroy(new Error('no connection')),
        timeoutMs / 3,
      );
      const timer = setTimeout(() => request.destroy(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs);
      request.on('socket', (socket) => {
        const connected = () => {
          isConnected = true;
        };
        if (request.reusedSocket) connected();
        else socket.once(isTls ? 'secureConnect' : 'connect', connected);
      });
      request.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? error.message));
      request.on('response', (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          chunks.push(chunk);
          if (size > maxAnswer) request.destroy(new Error('the answer is too long'));
        });
        response.on('error', (error) => fail(error.message));
        response.on('end', () => {
          clearTimeout(connectTimer);
          clearTimeout(timer);
          try {
            resolve({ sent: true, json: readAnswer(target.host, response.statusCode ?? 0, chunks) });
          } catch (error) {
            reject(error as Error);
          }
        });
      });
      request.end(text);
    });
  return Object.assign(post, {
    close: () => {
      agents['http:'].destroy();
      agents['https:'].destroy();
    },
  });
}

/** The gateway's words for a call that was cancelled, maybe after it was applied: gRPC's `Canceled`. */
const cancelled = [408, 499];

/** A refusal (4xx) changed nothing; what was cancelled or failed (5xx) may have been applied after it was sent. */
function readAnswer(url: string, status: number, chunks: Buffer[]): unknown {
  const text = Buffer.concat(chunks).toString('utf8');
  if (status >= 400 && status < 500 && !cancelled.includes(status)) {
    throw new InterlockError('answer_invalid', { url, status, problem: wordsOf(text) });
  }
  if (status !== 200)
    throw new InterlockError('lock_unknown', { problem: `${url}: ${status} ${wordsOf(text)}` });
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InterlockError('lock_unknown', { problem: `${url}: the answer is no JSON` }, { cause });
  }
}

function wordsOf(text: string): string {
  try {
    return String((JSON.parse(text) as { message?: unknown }).message ?? text).slice(0, 200);
  } catch {
    return text.trim().slice(0, 200);
  }
}
