import {
  type CheckIn,
  CheckInAnswer,
  EnrollAnswer,
  type EnrollRequest,
  type Report,
  ReportsAnswer,
} from '../../protocol/api/check-in.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { ServerPort } from '../ports/server.ts';
import { hostKey } from './host-key.ts';
import { type Identity, writeIdentity } from './identity.ts';
import { hasNews, withoutNews, worthSaying } from './newer-fields.ts';
import { type PostContext, post } from './post.ts';
import { checkTaken, isRefused, sendReports } from './send-reports.ts';

export interface ServerOptions extends Omit<PostContext, 'credential'> {
  channel: string;
  group: string;
  /** What enrolment says about this host. */
  enroll: EnrollRequest;
  /** Folder of the identity file. */
  state: string;
  identity: Identity | null;
  /** What is wrong with this host beside what it remembers, so that the server hears of it. */
  trouble?(): Promise<InterlockError | null>;
  onEnrolled(identity: Identity): void;
}

/**
 * The update server. A host without identity enrols first and keeps what it gets before it goes on. One that the server
 * has forgotten does so again, as a new host: the worst it could do is to stay without updates and unseen. A join token
 * that ended since is left out then, and an operator approves the host.
 */
export function openServer(options: ServerOptions): ServerPort {
  let { identity } = options;

  async function credential(enrollment = options.enroll): Promise<string> {
    if (identity) return identity.credential;
    const made = await enrol({ ...enrollment, hostKey: await hostKey(options.state) });
    await writeIdentity(options.state, made);
    identity = made;
    options.onEnrolled(made);
    return made.credential;
  }

  async function enrol(request: EnrollRequest): Promise<Identity> {
    return post(options, '/v1/enroll', request, EnrollAnswer).catch((error: unknown) => {
      if (!isRefused(error)) throw error;
      const { hostKey: _, ...former } = request;
      return post(options, '/v1/enroll', former, EnrollAnswer);
    });
  }

  async function known<T>(call: (context: PostContext) => Promise<T>): Promise<T> {
    const wasEnrolled = identity !== null;
    try {
      return await call({ ...options, credential: await credential() });
    } catch (error) {
      if (!isUnauthorized(error) || !wasEnrolled) throw error;
      identity = null;
      return call({ ...options, credential: await credentialAgain() });
    }
  }

  async function credentialAgain(): Promise<string> {
    const { joinToken, ...without } = options.enroll;
    try {
      return await credential();
    } catch (error) {
      if (!isUnauthorized(error) || joinToken === undefined) throw error;
      return credential(without);
    }
  }

  return {
    async checkIn(body) {
      const found = body.trouble ? null : await options.trouble?.();
      const trouble = found ? { trouble: { code: found.code, text: found.message } } : {};
      const checkIn = worthSaying({ ...trouble, ...body, channel: options.channel, group: options.group });
      return known((context) => {
        const say = (said: CheckIn) => post(context, '/v1/check-in', said, CheckInAnswer);
        return say(checkIn).catch((error: unknown) => {
          if (!isRefused(error) || !hasNews(checkIn)) throw error;
          return say(withoutNews(checkIn));
        });
      });
    },
    async report(reports) {
      const send = async (some: Report[]) =>
        checkTaken(
          await known((context) => post(context, '/v1/reports', { reports: some }, ReportsAnswer)),
          some.length,
          `${options.server}/v1/reports`,
        );
      await sendReports(send, reports);
    },
  };
}

function isUnauthorized(error: unknown): boolean {
  return error instanceof InterlockError && error.code === 'unauthorized';
}
