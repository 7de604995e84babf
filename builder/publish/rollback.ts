import type { PolicyChoice } from '../../protocol/api/rollout.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { isNewer } from '../../protocol/text/version.ts';
import type { Show } from '../request/describe/show-change.ts';
import { type Expected, requireExpected, rolledBack } from './change/channel-document.ts';
import { requireChannel } from './change/require-channel.ts';
import { signChannel } from './change/sign-change.ts';
import { type Agree, submit } from './change/submit.ts';
import { readChannel } from './repository/read-channel.ts';
import { oneWay, releasedVersion, releasedVersions } from './repository/released.ts';
import type { PublishServer } from './repository/server.ts';

/** The channel to roll back, the version it returns to, and how that is signed. */
export interface RollbackOptions {
  server: PublishServer;
  keysDir: string;
  name: string;
  channel: string;
  to: string;
  reason: string;
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

/**
 * Points a channel back at an older version and withdraws every newer one. Returns the versions withdrawn.
 * Throws `bad_input` when the head's state can no longer be run by that version (`stateCompat`).
 */
export async function rollback(options: RollbackOptions): Promise<string[]> {
  const { server, keysDir, name, channel, to, reason, policy, starts, exportTo, show } = options;
  const { agree, expected, now = new Date() } = options;
  let withdrawn: string[] = [];
  await submit(
    { server, keysDir, name, action: 'rollback', policy, starts, exportTo, show, agree, now },
    async (present) => {
      requireChannel(present, channel);
      const before = await readChannel(server, present.repository, name, channel);
      requireExpected(before, expected);
      if (!before) throw new InterlockError('not_found', { what: `${name} in channel ${channel}` });
      const goal = releasedVersion(present.repository, name, to);
      if (before.head.version === to) return undefined;
      const newer = [...releasedVersions(present.repository, name).values()].filter((named) =>
        isNewer(named.version, to),
      );
      const stuck = await oneWay(server, present.repository, name, newer, to);
      if (stuck.includes(before.head.version)) {
        const problem = `cannot run on the state that ${before.head.version} leaves behind`;
        throw new InterlockError('bad_input', { what: `${name} ${to}`, problem });
      }
      withdrawn = newer.map(({ version }) => version).filter((version) => !stuck.includes(version));
      return signChannel(present, before, rolledBack(before, goal, withdrawn, reason), now);
    },
  );
  return withdrawn;
}
