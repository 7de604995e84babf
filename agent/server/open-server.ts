import { type CheckIn, CheckInAnswer, EnrollAnswer, type EnrollRequest } from '../../protocol/check-in.ts';
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

/** The update server. A host without identity enrols first and keeps what it gets before it goes on. */
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

  return {
    async checkIn(body) {
      const checkIn: CheckIn = { ...body, channel: options.channel, group: options.group };
      const context = { ...options, credential: await credential() };
      return (await post(context, '/v1/check-in', checkIn, CheckInAnswer))!;
    },
    async report(reports) {
      await post({ ...options, credential: await credential() }, '/v1/reports', { reports }, null);
    },
  };
}
