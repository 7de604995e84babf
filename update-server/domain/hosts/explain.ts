import type { NoneReason } from '../../../protocol/api/check-in.ts';
import type { HostSummary } from '../../../protocol/api/operator.ts';
import { paceOf } from '../../../protocol/documents/policy.ts';
import { cohortOf, cohorts } from '../rollout/cohort.ts';
import { opensAfterMs } from '../rollout/ramp.ts';
import { inFlightLimit, type Rollout, rampRan } from '../rollout/rollout.ts';
import { nextOpening } from '../rollout/window.ts';

/** Says why a host is where it is, and what would change it. */
export function explain(host: HostSummary, rollout: Rollout | undefined, now: Date): string {
  if (!host.lastSeen || !host.decision) return 'It enrolled and has not checked in yet.';
  const why =
    ofGrant(host) ??
    (host.decision === 'offered'
      ? `It has leave to install ${host.offered}; it is at: ${host.at}.`
      : (ofRollout(host, rollout, now) ?? typed(words[host.decision], host, rollout)));
  const more = [
    host.trouble
      ? `Its agent is stuck since ${host.trouble.since}: ${host.trouble.code}, ${host.trouble.text}`
      : '',
    host.held && host.decision !== 'held' ? typed(words.held, host, rollout) : '',
    host.approved
      ? ''
      : `Nobody approved it yet, so it counts for nothing: interlock host approve ${host.id.slice(0, 8)}`,
  ];
  return [why, ...more].filter(Boolean).join(' ');
}

/** What its last grant came to, as long as that says more than its last check-in was answered. */
function ofGrant({ standing, lastSeen, decision, at, offered }: HostSummary): string | undefined {
  if (!standing) return undefined;
  const { is, version, since } = standing;
  if (is === 'silent') {
    const heard = lastSeen && lastSeen > since ? `; it checked in at ${lastSeen}, not yet settled` : '';
    return `It is silent: it said at ${since} that it reboots into ${version}, and was not heard of since${heard}. It is counted as failed.`;
  }
  if (decision !== 'offered' || offered !== version) return undefined;
  if (is === 'rebooting') {
    return `It said at ${since} that it reboots into ${version}; last heard of at ${lastSeen}, at: ${at}. Its place is taken until it settles.`;
  }
  if (is === 'confirmed') return `It confirmed ${version} at ${since}, and has not checked in since.`;
  if (is === 'failed' || is === 'fell_back') return `Its update to ${version} ended at ${since}: ${is}.`;
  if (is === 'withdrawn') return `Its leave to install ${version} was taken back at ${since}.`;
  return undefined;
}

const words: Record<NoneReason, string> = {
  up_to_date: 'It runs the head of its channel.',
  blocked: 'The next version is blocked in the signed channel document.',
  stranded:
    'The floor it must pass is blocked in the signed channel document. A later floor, or lifting the block, frees it.',
  newer_than_head: 'It runs a version newer than the head of its channel, and that version is not withdrawn.',
  no_release_for_arch: 'The next version has no release for its architecture.',
  no_such_channel: 'Nothing has been published to its channel.',
  no_rollout:
    'The head of its channel is not being rolled out: interlock rollout start IMAGE --channel CHANNEL.',
  scheduled: 'The rollout has not begun.',
  paused: 'The rollout is paused: interlock rollout resume ROLLOUT.',
  halted:
    'The rollout stopped by itself: interlock rollout show ROLLOUT names who failed; then interlock rollout resume ROLLOUT, or interlock rollback IMAGE --channel CHANNEL --to VERSION --keys DIR.',
  aborted: 'The rollout was aborted: interlock rollout start IMAGE --channel CHANNEL begins another.',
  outside_window: 'The policy’s window is closed.',
  canary_first: 'Canary hosts go first.',
  not_yet: 'The ramp has not reached its cohort.',
  in_flight_limit: 'As many hosts as may be under way at once are.',
  failed_here:
    'The next version failed on this host and is not tried again: interlock-agent update --retry VERSION there, or a newer release.',
  cancelled_here:
    'An operator gave the next version up on this host: interlock-agent update --retry VERSION there, or a newer release.',
  held: 'An operator holds it: interlock host hold HOST --off.',
  pinned: 'An operator pinned it to another version: interlock host pin HOST --off.',
  cloned: 'Two machines use its credential: interlock host forget HOST, then enrol each machine by itself.',
  busy: 'The server was busy and asked it to come again later.',
};

/** Commands as they can be typed: with the host, the rollout and the channel that they are about. */
function typed(text: string, host: HostSummary, rollout: Rollout | undefined): string {
  const said: Record<string, string | undefined | null> = {
    HOST: host.id.slice(0, 8),
    ROLLOUT: rollout?.id.slice(0, 8),
    IMAGE: host.name,
    CHANNEL: host.channel,
  };
  return text.replace(/\b(HOST|ROLLOUT|IMAGE|CHANNEL)\b/g, (word) => said[word] ?? word);
}

/** The same with the rollout's own figures. */
function ofRollout(host: HostSummary, rollout: Rollout | undefined, now: Date): string | undefined {
  if (!rollout) return undefined;
  const { policy, counts, reason, starts, state } = rollout;
  const pace = paceOf(policy, host.group ?? '');
  switch (host.decision) {
    case 'scheduled':
      return `The rollout of ${rollout.version} begins at ${starts}.`;
    case 'paused':
    case 'halted':
    case 'aborted':
      return state === host.decision && reason
        ? `${typed(words[host.decision], host, rollout)} Reason given: ${reason}.`
        : undefined;
    case 'outside_window':
      return `Its window opens at ${nextOpening(pace.windows, now).toISOString()}.`;
    case 'canary_first':
      return `Hosts of group ${policy.canary?.group} go first; ${counts.confirmed} hosts have confirmed ${rollout.version} so far.`;
    case 'not_yet':
      return notYet(host, rollout, now);
    case 'in_flight_limit':
      return `${counts.inFlight} hosts are under way and the limit is ${inFlightLimit(rollout)}; it goes when one of them is done.`;
    default:
      return undefined;
  }
}

function notYet(host: HostSummary, rollout: Rollout, now: Date): string {
  const cohort = cohortOf(host.id, rollout.release);
  const place = `Its cohort for ${rollout.version} is ${((cohort * 100) / cohorts).toFixed(2)} %`;
  const after = opensAfterMs(paceOf(rollout.policy, host.group ?? ''), cohort);
  if (after === null) return `${place}, beyond the end of the ramp: interlock rollout finish lets it start.`;
  const at = new Date(now.getTime() + after - rampRan(rollout, now));
  return `${place}; the ramp gets there at ${at.toISOString()} if the rollout goes on.`;
}
