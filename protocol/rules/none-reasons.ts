import type { NoneReason } from '../api/check-in.ts';

/** How a reason is put to people. */
export interface ReasonText {
  /** What it follows from. */
  of: 'host' | 'channel' | 'rollout';
  /** A few words for a table. */
  label: string;
  /** A clause that says what is the case. */
  text: string;
  /** What would let the host go on. */
  change: string;
  /** What an operator can type for that; HOST, ROLLOUT, IMAGE and CHANNEL stand for the host's own. */
  command?: string;
  /** What can be typed on the host itself; VERSION stands for the next version. */
  hostCommand?: string;
}

const retry = 'interlock-agent update --retry VERSION';

/** Why a host gets no update, as the server, the dashboard and the agent say it. */
export const noneReasons: Readonly<Record<NoneReason, ReasonText>> = {
  up_to_date: {
    of: 'channel',
    label: 'up to date',
    text: 'the host runs the head of its channel',
    change: 'Nothing to do.',
  },
  blocked: {
    of: 'channel',
    label: 'version blocked',
    text: 'the next version is blocked in the signed channel document',
    change: 'Publish another version, or remove the block.',
  },
  stranded: {
    of: 'channel',
    label: 'floor blocked',
    text: 'the floor that the host must install first is blocked in the signed channel document',
    change: 'Sign a later floor, or remove the block.',
  },
  newer_than_head: {
    of: 'channel',
    label: 'newer than the head',
    text: 'the host runs a version newer than the head of its channel, and that version is not withdrawn',
    change: 'Withdraw that version to send the host back to the head.',
  },
  no_release_for_arch: {
    of: 'channel',
    label: 'no build for its architecture',
    text: 'the next version has no release for the architecture of the host',
    change: 'Publish a release for that architecture.',
  },
  no_such_channel: {
    of: 'channel',
    label: 'unknown channel',
    text: 'nothing has been published to the channel of the host',
    change: 'Publish to that channel, or correct the channel in the host’s configuration.',
  },
  no_rollout: {
    of: 'rollout',
    label: 'no rollout',
    text: 'the head of the channel is not being rolled out',
    change: 'Start a rollout.',
    command: 'interlock rollout start IMAGE --channel CHANNEL',
  },
  scheduled: {
    of: 'rollout',
    label: 'rollout not started',
    text: 'the rollout has not started yet',
    change: 'The rollout reaches its start time.',
  },
  paused: {
    of: 'rollout',
    label: 'rollout paused',
    text: 'the rollout is paused',
    change: 'Resume the rollout.',
    command: 'interlock rollout resume ROLLOUT',
  },
  halted: {
    of: 'rollout',
    label: 'rollout halted',
    text: 'the rollout was halted because hosts failed',
    change: 'Check the failed hosts, then resume the rollout or roll back.',
    command:
      'interlock rollout show ROLLOUT names them, and the commands that resume the rollout or roll back',
  },
  aborted: {
    of: 'rollout',
    label: 'rollout aborted',
    text: 'the rollout was aborted',
    change: 'Start another rollout.',
    command: 'interlock rollout start IMAGE --channel CHANNEL starts another',
  },
  outside_window: {
    of: 'rollout',
    label: 'outside the update window',
    text: 'the update window of the policy is closed',
    change: 'The update window opens.',
  },
  canary_first: {
    of: 'rollout',
    label: 'waiting for canaries',
    text: 'canary hosts go first',
    change: 'The canary hosts confirm the version and run it for the soak time.',
  },
  not_yet: {
    of: 'rollout',
    label: 'not reached by the ramp',
    text: 'the ramp of the rollout has not reached the host',
    change: 'The ramp continues. “Finish” ends the ramp and lets every host start.',
  },
  in_flight_limit: {
    of: 'rollout',
    label: 'too many hosts updating',
    text: 'as many hosts are updating as the policy allows at once',
    change: 'Another host finishes its update.',
  },
  failed_here: {
    of: 'host',
    label: 'failed here before',
    text: 'the next version failed on the host and is not tried again',
    change: 'Publish a newer release, or retry on the host itself.',
    hostCommand: retry,
  },
  cancelled_here: {
    of: 'host',
    label: 'cancelled on the host',
    text: 'an operator cancelled the next version on the host',
    change: 'Publish a newer release, or retry on the host itself.',
    hostCommand: retry,
  },
  held: {
    of: 'host',
    label: 'held',
    text: 'an operator holds the host',
    change: 'Release the hold.',
    command: 'interlock host hold HOST --off',
  },
  pinned: {
    of: 'host',
    label: 'pinned to another version',
    text: 'an operator pinned the host to another version',
    change: 'Remove the pin.',
    command: 'interlock host pin HOST --off',
  },
  cloned: {
    of: 'host',
    label: 'cloned',
    text: 'two hosts use the same credential',
    change: 'Forget the host, then enroll each machine separately.',
    command: 'interlock host forget HOST, then enroll each machine separately',
  },
  busy: {
    of: 'rollout',
    label: 'server busy',
    text: 'the server was busy and asked the host to try again later',
    change: 'The host tries again by itself.',
  },
  next_check_in: {
    of: 'rollout',
    label: 'starts at its next check-in',
    text: 'nothing keeps the host from updating; it starts at its next check-in',
    change: 'The host checks in by itself.',
  },
};
