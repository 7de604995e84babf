import { type Brake, withBrake, withdrawalProblem } from '../../protocol/documents/brake.ts';
import type { Channel } from '../../protocol/documents/channel.ts';
import { brakeRole, brakeTarget } from '../../protocol/documents/trust.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { isNewer } from '../../protocol/text/version.ts';
import { signTargets } from './change/sign-change.ts';
import { type Present, submit } from './change/submit.ts';
import type { ChannelOptions } from './edit-channel.ts';
import { readBrake, readChannel } from './repository/read-channel.ts';
import { oneWay } from './repository/released.ts';

/** Blocks a version by the brake, or with `reason` null lets go what the brake blocked. */
export async function brakeBlock(
  options: ChannelOptions,
  version: string,
  reason: string | null,
): Promise<boolean> {
  return pullBrake(options, async (brake) => {
    const others = brake.blocked.filter((entry) => entry.version !== version);
    return { ...brake, blocked: reason === null ? others : [...others, { version, reason }] };
  });
}

/** Sends hosts of the head back to an earlier head (`to` undefined: the one before), or with `reason` null takes that back. */
export async function brakeWithdraw(
  options: ChannelOptions,
  version: string,
  to: string | undefined,
  reason: string | null,
): Promise<boolean> {
  return pullBrake(options, async (brake, channel, { repository }) => {
    if (reason === null) return { ...brake, withdrawn: null };
    const isBlocked = (candidate: string) =>
      [...channel.blocked, ...brake.blocked].some((entry) => entry.version === candidate);
    const earlier = (channel.heads ?? []).map((head) => head.version);
    const goal = to ?? earlier.findLast((candidate) => !isBlocked(candidate)) ?? '';
    const withdrawn = { version, to: goal, reason };
    const problem = isBlocked(goal) ? `${goal} is blocked` : withdrawalProblem(channel, withdrawn);
    if (problem) throw new InterlockError('bad_input', { what: `brake of ${options.channel}`, problem });
    const later = [channel.head, ...(channel.heads ?? [])].filter((head) => isNewer(head.version, goal));
    const stuck = await oneWay(options.server, repository, options.name, later, goal);
    if (stuck.includes(version)) {
      const what = `${options.name} ${goal}`;
      throw new InterlockError('bad_input', {
        what,
        problem: `cannot run on the state that ${version} leaves behind`,
      });
    }
    return { ...brake, withdrawn };
  });
}

async function pullBrake(
  options: ChannelOptions,
  edit: (brake: Brake, channel: Channel, present: Present) => Promise<Brake>,
): Promise<boolean> {
  const { server, keysDir, name, channel, exportTo, show, now = new Date() } = options;
  return submit({ server, keysDir, name, action: 'brake', exportTo, show, now }, async (present) => {
    const document = await readChannel(server, present.repository, name, channel);
    if (!document) throw new InterlockError('not_found', { what: `${name} in channel ${channel}` });
    const before = await readBrake(server, present.repository, name, channel);
    const empty: Brake = { format: 1, name, channel, serial: 0, blocked: [], withdrawn: null };
    const after = await edit(before ?? empty, document, present);
    if (JSON.stringify(withBrake(document, before)) === JSON.stringify(withBrake(document, after))) {
      return undefined;
    }
    const text = `${JSON.stringify({ ...after, serial: (before?.serial ?? 0) + 1 }, null, 1)}\n`;
    return signTargets(present, brakeRole(channel), { [brakeTarget(name, channel)]: text }, now);
  });
}
