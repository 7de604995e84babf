import type { NoneReason } from '../../protocol/check-in.ts';
import type { HostSummary } from '../../protocol/operator.ts';

const words: Record<NoneReason, string> = {
  up_to_date: 'It runs the head of its channel.',
  blocked: 'The next version is blocked in the signed channel document.',
  newer_than_head: 'It runs a version newer than the head of its channel, and that version is not withdrawn.',
  no_release_for_arch: 'The next version has no release for its architecture.',
  no_such_channel: 'Nothing has been published to its channel.',
  failed_here: 'The next version failed on this host and is not tried again.',
  held: 'An operator holds it.',
  paused: 'The rollout is paused.',
  cloned: 'Two machines use its credential: forget it and enrol each machine by itself.',
};

/** Says why a host is where it is. */
export function explain(host: HostSummary): string {
  if (!host.lastSeen || !host.decision) return 'It enrolled and has not checked in yet.';
  const why =
    host.decision === 'offered'
      ? `It has leave to install ${host.offered}; it is at: ${host.at}.`
      : words[host.decision];
  return host.held && host.decision !== 'held' ? `${why} ${words.held}` : why;
}
