import type { NoneReason } from '../../../protocol/api/check-in.ts';
import type { HostDetail, HostSummary } from '../../../protocol/api/operator.ts';
import type { Rollout } from '../rollout/rollout.ts';
import { answerByNow } from './next-answer.ts';

type Commands = NonNullable<HostDetail['commands']>;

const onServer: Partial<Record<NoneReason, readonly string[]>> = {
  no_rollout: ['interlock rollout start IMAGE --channel CHANNEL'],
  paused: ['interlock rollout resume ROLLOUT'],
  halted: ['interlock rollout show ROLLOUT', 'interlock rollout resume ROLLOUT'],
  aborted: ['interlock rollout start IMAGE --channel CHANNEL'],
  held: ['interlock host hold HOST --off'],
  pinned: ['interlock host pin HOST --off'],
  cloned: ['interlock host forget HOST'],
};
const onHost: Partial<Record<NoneReason, readonly string[]>> = {
  failed_here: ['interlock-agent update --retry VERSION'],
  cancelled_here: ['interlock-agent update --retry VERSION'],
};

/** What would let a host go on, as whole commands to copy. */
export function commandsFor(host: HostSummary, rollout: Rollout | undefined, now: Date): Commands {
  const reasons = new Set<NoneReason>();
  const { decision } = host;
  if (decision && decision !== 'offered') reasons.add(answerByNow(host, rollout, now) ?? decision);
  if (host.held) reasons.add('held');
  if (host.cloned) reasons.add('cloned');
  const commands = [
    ...[...reasons].flatMap((reason) => [
      ...(onServer[reason] ?? []).map((command) => ({ command, on: 'server' as const })),
      ...(onHost[reason] ?? []).map((command) => ({ command, on: 'host' as const })),
    ]),
    ...(host.approved ? [] : [{ command: 'interlock host approve HOST', on: 'server' as const }]),
  ];
  return commands.flatMap(({ command, on }) => {
    const whole = fillIn(command, host, rollout);
    return whole === undefined ? [] : [{ command: whole, on }];
  });
}

/** A command with nothing left to fill in; undefined when something is not known. */
function fillIn(command: string, host: HostSummary, rollout: Rollout | undefined): string | undefined {
  const own: Record<string, string | undefined | null> = {
    HOST: nameOf(host),
    ROLLOUT: rollout?.id.slice(0, 8),
    VERSION: rollout?.version,
    IMAGE: host.name,
    CHANNEL: host.channel,
  };
  const words = command.split(' ').map((word) => (word in own ? own[word] : word));
  return words.every(Boolean) ? words.join(' ') : undefined;
}

/** Its name where that can be typed and means one machine. */
function nameOf({ hostname, id, cloned }: HostSummary): string {
  return !cloned && /^[0-9A-Za-z][0-9A-Za-z.-]*$/.test(hostname) ? hostname : id.slice(0, 8);
}
