import {
  type CheckIn,
  CheckInAnswer,
  EnrollAnswer,
  type EnrollRequest,
  type Report,
  ReportsAnswer,
} from '../../protocol/api/check-in.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { TroubleCode } from '../../protocol/errors/trouble-codes.ts';
import type { ServerPort } from '../ports/server.ts';
import { hostKey } from './host-key.ts';
import { type Identity, writeIdentity } from './identity.ts';
import { formsOf, withoutEmptyFields } from './newer-fields.ts';
import { type PostContext, post } from './post.ts';
import { checkTaken, isRefused, sendReports } from './send-reports.ts';

/** What the update server is opened with. */
export interface ServerOptions extends Omit<PostContext, 'credential'> {
  channel: string;
  group: string;
  labels?: CheckIn['labels'];
  /** What enrollment says about this host. */
  enroll: EnrollRequest;
  /** Folder of the identity file. */
  state: string;
  identity: Identity | null;
  /** What is wrong with this host besides what it remembers. */
  trouble?(): Promise<{ code: TroubleCode; message: string } | null>;
  onEnrolled(identity: Identity): void;
}

/**
 * The update server. A host without identity enrolls first, and its identity is on the disk before it goes on. A host that
 * the server has forgotten enrolls again, as a new host, so that it does not stay without updates. If its join token has
 * expired, it enrolls without one and an operator approves it.
 */
export function openServer(options: ServerOptions): ServerPort {
  let { identity } = options;

  async function credential(enrollment = options.enroll): Promise<string> {
    if (identity) return identity.credential;
    const made = await enroll({ ...enrollment, hostKey: await hostKey(options.state) });
    await writeIdentity(options.state, made);
    identity = made;
    options.onEnrolled(made);
    return made.credential;
  }

  async function enroll(request: EnrollRequest): Promise<Identity> {
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
      const checkIn = withoutEmptyFields({
        ...trouble,
        ...body,
        channel: options.channel,
        group: options.group,
        ...(options.labels && { labels: options.labels }),
      });
      return known((context) => sendFirstAccepted(context, formsOf(checkIn)));
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

/** Sends a check-in in the first of its forms that the server accepts. */
async function sendFirstAccepted(
  context: PostContext,
  [form, ...older]: readonly CheckIn[],
): Promise<CheckInAnswer> {
  try {
    return await post(context, '/v1/check-in', form!, CheckInAnswer);
  } catch (error) {
    if (!isRefused(error) || older.length === 0) throw error;
    return sendFirstAccepted(context, older);
  }
}

function isUnauthorized(error: unknown): boolean {
  return error instanceof InterlockError && error.code === 'unauthorized';
}
