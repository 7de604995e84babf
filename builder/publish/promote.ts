import type { PolicyChoice } from '../../protocol/api/rollout.ts';
import type { Show } from '../request/describe/show-change.ts';
import { type Expected, requireExpected, withHead } from './change/channel-document.ts';
import { requireChannel } from './change/require-channel.ts';
import { signChannel } from './change/sign-change.ts';
import { type Agree, submit } from './change/submit.ts';
import { readChannel } from './repository/read-channel.ts';
import { readReleases, releasedVersion } from './repository/released.ts';
import type { PublishServer } from './repository/server.ts';

/** The release to promote, its new channel, and how that is signed. */
export interface PromoteOptions {
  server: PublishServer;
  keysDir: string;
  name: string;
  version: string;
  channel: string;
  /** What the rollout of the new head follows; else the channel's own. */
  policy?: PolicyChoice | undefined;
  /** When that starts, if not at once. */
  starts?: string | undefined;
  /** File for a signing request, in place of sending. */
  exportTo?: string | undefined;
  /** Called with what is signed, as text. */
  show?: Show | undefined;
  /** Asked before any key is used. */
  agree?: Agree | undefined;
  /** The document that the change was meant on top of; any if not given. */
  expected?: Expected | undefined;
  now?: Date;
}

/** Makes a release that is on the server the head of a further channel. Returns false when it was so before. */
export async function promote(options: PromoteOptions): Promise<boolean> {
  const { server, keysDir, name, version, channel, policy, starts, exportTo, show } = options;
  const { agree, expected, now = new Date() } = options;
  return submit(
    { server, keysDir, name, action: 'promote', policy, starts, exportTo, show, agree, now },
    async (present) => {
      requireChannel(present, channel);
      const head = releasedVersion(present.repository, name, version);
      await readReleases(server, present.repository, name, head);
      const before = await readChannel(server, present.repository, name, channel);
      requireExpected(before, expected);
      return signChannel(present, before, withHead(before, name, channel, head), now);
    },
  );
}
