import { type CheckIn, CheckInAnswer, EnrollAnswer, type EnrollRequest } from '../../protocol/check-in.ts';
import { InterlockError } from '../../protocol/errors.ts';
import type { ServerPort } from '../ports.ts';
import { type Identity, writeIdentity } from './identity.ts';
import { type PostContext, post } from './post.ts';

export interface ServerOptions extends Omit<PostContext, 'credential'> {
  channel: string;
  group: string;
  /** What enrolment says about this host. */
  enroll: EnrollRequest;
  /** Folder of the identity file. */
  state: string;
  identity: Identity | null;
  onEnrolled(identity: Identity): void;
}

/**
 * The update server. A host without identity enrols first and keeps what it gets before it goes on; one that the server
 * has forgotten does so again when its configuration has a join token.
 */
export function openServer(options: ServerOptions): ServerPort {
  let { identity } = options;

  async function credential(): Promise<string> {
    if (identity) return identity.credential;
    const made = (await post(options, '/v1/enroll', options.enroll, EnrollAnswer))!;
    await writeIdentity(options.state, made);
    identity = made;
    options.onEnrolled(made);
    return made.credential;
  }

  async function known<T>(call: (context: PostContext) => Promise<T>): Promise<T> {
    const wasEnrolled = identity !== null;
    try {
      return await call({ ...options, credential: await credential() });
    } catch (error) {
      const isForgotten = error instanceof InterlockError && error.code === 'unauthorized';
      if (!isForgotten || !wasEnrolled || !options.enroll.joinToken) throw error;
      identity = null;
      return call({ ...options, credential: await credential() });
    }
  }

  return {
    async checkIn(body) {
      const checkIn: CheckIn = { ...body, channel: options.channel, group: options.group };
      return known(async (context) => (await post(context, '/v1/check-in', checkIn, CheckInAnswer))!);
    },
    async report(reports) {
      await known((context) => post(context, '/v1/reports', { reports }, null));
    },
  };
}
