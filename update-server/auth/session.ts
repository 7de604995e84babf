import type { FastifyReply, FastifyRequest } from 'fastify';
import { dayMs, hourMs } from '../../protocol/time/durations.ts';

/** How long a session lasts without being used, and how long at most. */
const idleMs = 12 * hourMs;
const lifeMs = 7 * dayMs;
/** Browsers keep `__Host-` cookies to this host, this path and TLS; the plain name is for loopback. */
const names = { secure: '__Host-interlock', plain: 'interlock' } as const;

/** Since when a session must have been used, and begun, to be valid now. */
export function sessionTimes(now: Date): { now: string; usedAfter: string; begunAfter: string } {
  const before = (ms: number) => new Date(now.getTime() - ms).toISOString();
  return { now: now.toISOString(), usedAfter: before(idleMs), begunAfter: before(lifeMs) };
}

/** The session's secret, when the request carries one. */
export function sessionOf({ cookies }: FastifyRequest, secure: boolean): string | undefined {
  return cookies[nameOf(secure)];
}

/** Hands the secret to the browser, out of reach of scripts and other sites. */
export function setCookie(reply: FastifyReply, secret: string, secure: boolean): void {
  void reply.setCookie(nameOf(secure), secret, { ...marks, secure, maxAge: lifeMs / 1000 });
}

/** Removes it from the browser. */
export function clearCookie(reply: FastifyReply, secure: boolean): void {
  void reply.clearCookie(nameOf(secure), { ...marks, secure });
}

const marks = { httpOnly: true, sameSite: 'strict', path: '/' } as const;

function nameOf(secure: boolean): string {
  return secure ? names.secure : names.plain;
}
