import http from 'node:http';
import https from 'node:https';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { judgeAnswer, type Posted } from './judge-answer.ts';
import { describeUnreachable } from './why-unreachable.ts';

/** TLS and the patience of a client. */
export interface PostOptions {
  /** PEM texts for TLS and the client certificate. */
  ca?: string;
  cert?: string;
  key?: string;
  /** Whole request, in milliseconds; a connection must stand within a third of it. */
  timeoutMs?: number;
}

/** Posts JSON, and never throws. */
export interface Poster {
  (url: string, body: object, headers: Record<string, string>, signal?: AbortSignal): Promise<Posted>;
  close(): void;
}

/** One value may have 1.5 MiB in etcd; base64 makes a third more of it. */
const maxAnswer = 4 * 1024 * 1024;

/**
 * Posts JSON and tells apart what was answered, what surely was not sent, and what nobody knows.
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
  const post = (url: string, body: object, headers: Record<string, string>, signal?: AbortSignal) =>
    new Promise<Posted>((resolve) => {
      const target = new URL(url);
      const isTls = target.protocol === 'https:';
      const text = JSON.stringify(body);
      let isConnected = false;
      const settle = (posted: Posted) => {
        clearTimeout(connectTimer);
        clearTimeout(timer);
        resolve(posted);
      };
      const fail = (problem: string) => {
        const error = new InterlockError('unreachable', { url: target.host, problem });
        settle({ kind: isConnected ? 'doubt' : 'unsent', error });
      };
      const request = (isTls ? https : http).request(target, {
        method: 'POST',
        agent: isTls ? agents['https:'] : agents['http:'],
        ...(signal ? { signal } : {}),
        headers: {
          ...headers,
          'Content-Type': 'application/json',
          'Content-Length': Buffer.byteLength(text),
          'Accept-Encoding': 'identity',
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
      request.on('error', (error) => fail(describeUnreachable(error)));
      request.on('response', (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > maxAnswer) request.destroy(new Error(`sends more than ${maxAnswer} bytes`));
          else chunks.push(chunk);
        });
        response.on('error', (error) => fail(error.message));
        response.on('end', () =>
          settle(judgeAnswer(target.host, response.statusCode ?? 0, response.headers, Buffer.concat(chunks))),
        );
      });
      request.end(text);
    });
  // an address, a header or a key file that node refuses: nothing was opened
  const orUnsent: typeof post = (url, ...more) =>
    post(url, ...more).catch((cause: Error) => {
      const error = new InterlockError('unreachable', { url, problem: cause.message }, { cause });
      return { kind: 'unsent', error };
    });
  return Object.assign(orUnsent, {
    close: () => {
      agents['http:'].destroy();
      agents['https:'].destroy();
    },
  });
}
